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

static int (*compress)(const char *, char *, int, int, int);
static int (*decompress)(const char *, char *, int, int);

static void open_lz4(const char *library)
{
	void *lz4 = dlopen(library, RTLD_NOW);
	CHECK(lz4 || !fprintf(stderr, "%s\n", dlerror()));
	*(void **)&compress = dlsym(lz4, "LZ4_compress_fast");
	*(void **)&decompress = dlsym(lz4, "LZ4_decompress_safe");
	CHECK(compress && decompress);
}

/* A page that LZ4 halves. */
static void write_json(char *to, uint64_t *seed)
{
	for (int i = 0; i < 4096; i += 64)
		snprintf(to + i, 64, "{\"id\":%08llu,\"name\":\"user-%06llu\",\"active\":true,\"x\":%02u}",
			 (unsigned long long)(next_random(seed) % 100000000),
			 (unsigned long long)(*seed >> 20 & 0xfffff), (unsigned)i / 64 % 100);
}

static void print_times(const char *what, uint64_t *nanos, uint64_t n)
{
	qsort(nanos, n, sizeof *nanos, by_value);
	printf("%s, p50 %llu ns, p90 %llu ns, p99 %llu ns\n", what, (unsigned long long)nanos[n / 2],
	       (unsigned long long)nanos[n * 9 / 10], (unsigned long long)nanos[n * 99 / 100]);
}

/* What no protocol can beat: LZ4 straight into a page the kernel has to fill first. */
int limit(const char *library, uint64_t pages)
{
	open_lz4(library);
	CHECK(pages > 0);
	char *memory = mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *blocks = malloc(pages * 4096);
	int *lengths = calloc(pages, sizeof *lengths);
	uint64_t *nanos = calloc(pages, sizeof *nanos), seed = 12345, original = 0, stored = 0;
	CHECK(memory != MAP_FAILED && blocks && lengths && nanos);
	madvise(memory, pages * 4096, MADV_NOHUGEPAGE);
	for (uint64_t p = 0; p < pages; p++) {
		char *to = memory + p * 4096;
		write_json(to, &seed);
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
	printf("limit: ratio %.2f, ", (double)original / (double)stored);
	print_times("lz4 into a discarded page", nanos, pages);
	return 0;
}

/* Takes all pages out of memory, compressed by LZ4. */
static void evict_all(struct region *r, uint64_t pages)
{
	char payload[4096];

	for (uint64_t first = 0, n; first < pages; first += n) {
		uint64_t words[BATCH_PAGES], entries[BATCH_PAGES] = {0};
		uint8_t actions[BATCH_PAGES] = {0};
		n = pages - first < BATCH_PAGES ? pages - first : BATCH_PAGES;
		CHECK(predicomp_fault_begin(r->native, first, n, words) == (int)n);
		for (uint64_t i = 0; i < n; i++) {
			actions[i] = (words[i] >> 4 & 3) == NONE ? ACT_BLOCK : ACT_CLEAN;
			if (actions[i] == ACT_CLEAN)
				continue;
			int length = compress((char *)r->base + (first + i) * 4096, payload, 4096, 4096, 1);
			CHECK(length > 0);
			entries[i] = store_plain(r->pool, (uint8_t *)payload, (uint32_t)length);
		}
		predicomp_fault_commit(r->native, first, n, words, actions, entries, NULL);
	}
}

/* What touches of pages take that are not in memory, all pages in a random order. */
int restores(const char *library, uint64_t pages)
{
	enum { ROUNDS = 3, READ = 0, WRITE = 1 };
	uint64_t *nanos[2] = {calloc(pages * ROUNDS, 8), calloc(pages * ROUNDS, 8)}, counts[2] = {0};
	uint64_t *order = calloc(pages, 8), seed = 12345;
	struct pool p;

	open_lz4(library);
	CHECK(pages > 0 && nanos[READ] && nanos[WRITE] && order);
	pool_open(&p, 4096, pages + BATCH_PAGES);
	CHECK(predicomp_fault_pool_codec(p.native, 0, CODEC_LZ4, (uint64_t)(uintptr_t)decompress, 0, 0) == 0);
	predicomp_fault_pool_keep(p.native, 1);
	struct region r = region_open(&p, pages * 4096, 0);
	for (uint64_t i = 0; i < pages; i++) {
		write_json((char *)r.base + i * 4096, &seed);
		order[i] = i;
	}
	for (int round = 0; round < ROUNDS; round++) {
		evict_all(&r, pages);
		for (uint64_t i = pages - 1; i > 0; i--) {
			uint64_t other = next_random(&seed) % (i + 1), page = order[i];
			order[i] = order[other];
			order[other] = page;
		}
		for (uint64_t i = 0; i < pages; i++) {
			int kind = i / 1000 % 2 ? WRITE : READ; /* in turn, so that the machine is the same for both */
			volatile uint64_t *word = at(&r, order[i], 100);
			uint64_t start = platform_nanos();
			if (kind == WRITE)
				*word = order[i];
			else
				(void)*word;
			nanos[kind][counts[kind]++] = platform_nanos() - start;
		}
	}
	CHECK(counter(&r, DEMAND_RESTORES) == pages * ROUNDS);
	for (int kind = READ; kind <= WRITE; kind++)
		print_times(kind ? "restores: write" : "restores: read", nanos[kind], counts[kind]);
	predicomp_fault_region_close(r.native);
	pool_close(&p);
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
	for (int write = 0; write < 2; write++)
		print_times(write ? "faults: write" : "faults: read", nanos[write], pages);
	predicomp_fault_region_close(r.native);
	pool_close(&p);
	return 0;
}
