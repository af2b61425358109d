/* What nobody can do better: bare C, and the kernel. */
#define _GNU_SOURCE
#include "fault_test.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

/* What no protocol can beat: LZ4 straight into a page the kernel has to fill first. */
int limit(const char *library, uint64_t pages)
{
	void *lz4 = dlopen(library, RTLD_NOW);
	CHECK(lz4 || !fprintf(stderr, "%s\n", dlerror()));
	int (*compress)(const char *, char *, int, int, int);
	int (*decompress)(const char *, char *, int, int);
	*(void **)&compress = dlsym(lz4, "LZ4_compress_fast");
	*(void **)&decompress = dlsym(lz4, "LZ4_decompress_safe");
	CHECK(compress && decompress && pages > 0);

	char *memory = mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *blocks = malloc(pages * 4096);
	int *lengths = calloc(pages, sizeof *lengths);
	uint64_t *nanos = calloc(pages, sizeof *nanos), seed = 12345, original = 0, stored = 0;
	CHECK(memory != MAP_FAILED && blocks && lengths && nanos);
	madvise(memory, pages * 4096, MADV_NOHUGEPAGE);
	for (uint64_t p = 0; p < pages; p++) {
		char *to = memory + p * 4096;
		for (int i = 0; i < 4096; i += 64)
			snprintf(to + i, 64, "{\"id\":%08llu,\"name\":\"user-%06llu\",\"active\":true,\"x\":%02u}",
				 (unsigned long long)(next_random(&seed) % 100000000),
				 (unsigned long long)(seed >> 20 & 0xfffff), (unsigned)i / 64 % 100);
		lengths[p] = compress(to, blocks + p * 4096, 4096, 4096, 1);
		CHECK(lengths[p] > 0);
		original += 4096;
		stored += (uint64_t)lengths[p];
	}
	CHECK(madvise(memory, pages * 4096, MADV_DONTNEED) == 0);
	for (uint64_t i = 0; i < pages; i++) {
		/* An odd stride visits every page of a power of two, far from the last one. */
		uint64_t p = (i * 2654435761u) % pages, start = platform_nanos();
		CHECK(decompress(blocks + p * 4096, memory + p * 4096, lengths[p], 4096) == 4096);
		nanos[i] = platform_nanos() - start;
	}
	qsort(nanos, pages, sizeof *nanos, by_value);
	printf("limit: lz4 into a discarded page, %llu pages, ratio %.2f, p50 %llu ns, p90 %llu ns, p99 "
	       "%llu ns\n",
	       (unsigned long long)pages, (double)original / (double)stored,
	       (unsigned long long)nanos[pages / 2], (unsigned long long)nanos[pages * 9 / 10],
	       (unsigned long long)nanos[pages * 99 / 100]);
	return 0;
}


static sigjmp_buf back;

static void return_at_once(int number)
{
	(void)number;
	siglongjmp(back, 1);
}

static uint64_t fault(struct region *r, uint64_t page, int write)
{
	volatile uint64_t start = platform_nanos();

	if (sigsetjmp(back, 0) == 0) {
		if (write)
			*at(r, page, 0) = 1;
		else
			(void)*at(r, page, 0);
		CHECK(!"a touch of absent memory");
	}
	return platform_nanos() - start;
}

/* What the kernel takes to tell of a touch of an absent page, before anything is done about it. */
int faults(uint64_t pages)
{
	struct sigaction instead = {.sa_handler = return_at_once, .sa_flags = SA_NODEFER}, ours;
	uint64_t *nanos[2] = {calloc(pages, 8), calloc(pages, 8)};
	struct pool p;

	CHECK(pages > 0 && nanos[0] && nanos[1]);
	pool_open(&p, 4096, 1);
	struct region r = region_open(&p, (pages + 1) * 4096, 0);
	*at(&r, pages, 0) = 1;
	CHECK(evict(&r, pages, 1, 0) == 1); /* from here on touches are faults */
	sigaction(SIGBUS, &instead, &ours);
	for (uint64_t i = 0; i < pages; i++)
		for (int write = 0; write < 2; write++)
			nanos[write][i] = fault(&r, (i * 2654435761u + (uint64_t)write * 7) % pages, write);
	sigaction(SIGBUS, &ours, NULL);
	for (int write = 0; write < 2; write++) {
		qsort(nanos[write], pages, sizeof(uint64_t), by_value);
		printf("faults: %s, p50 %llu ns, p99 %llu ns\n", write ? "write" : "read",
		       (unsigned long long)nanos[write][pages / 2],
		       (unsigned long long)nanos[write][pages * 99 / 100]);
	}
	predicomp_fault_region_close(r.native);
	pool_close(&p);
	return 0;
}
