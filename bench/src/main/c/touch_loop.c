/*
 * The work of random_touch_heap on plain memory, as fast as can be.
 *
 *   touch_loop SECONDS WORKERS REGION_MEBIBYTES
 *
 * As there, each worker has its share of the pages, a touch adds one to a word that lies elsewhere
 * on each page, counts the writes of the page, and is timed if it is a sixteenth: by itself, and from
 * when it was due at a thousand million a second.
 */
#include "loop.h"

enum { BATCH = 256, LATENCY_STEP = 16, RATE = 1000000000 };

struct job {
	char *region;
	uint64_t first_page, pages, seed;
	int64_t end;
	uint32_t *writes;
	int64_t touches;
	struct pace pace;
	struct latencies latencies, from_due;
};

/* Everything but the accesses of a batch, so that more of them are under way at once. */
static inline void prepare(struct job *job, uint64_t key, uint64_t index, uint64_t *offsets)
{
	for (int i = 0; i < BATCH; i++) {
		uint64_t random = hash(key + (index + i) * UINT64_C(0x9E3779B97F4A7C15)) >> 33;
		uint64_t page = (random * job->pages) >> 31;
		uint64_t number = job->first_page + page;

		offsets[i] = number * PAGE_BYTES + (hash(number) & (PAGE_BYTES - 8));
		job->writes[page]++;
	}
}

static inline void touch(char *region, uint64_t offset)
{
	*(volatile uint64_t *)(region + offset) += 1;
}

static void *work(void *argument)
{
	struct job *job = argument;
	char *region = job->region;
	uint64_t key = hash(job->seed);
	uint64_t offsets[BATCH];
	uint64_t index = 0;
	int until_next = 1;

	while (now() < job->end) {
		const uint64_t first = index;
		prepare(job, key, first, offsets);
		index += BATCH;
		for (int i = 0; i < BATCH; i++) {
			if (--until_next > 0) {
				touch(region, offsets[i]);
			} else {
				until_next = LATENCY_STEP;
				int64_t start = now();
				touch(region, offsets[i]);
				int64_t end = now();
				record(&job->latencies, end - start);
				record(&job->from_due, end - due(&job->pace, first + (uint64_t)i));
			}
		}
	}
	job->touches = (int64_t)index;
	return NULL;
}

int main(int count, char **arguments)
{
	if (count != 4) {
		fprintf(stderr, "touch_loop SECONDS WORKERS REGION_MEBIBYTES\n");
		return 2;
	}
	int64_t seconds = argument(arguments, 1);
	uint64_t workers = (uint64_t)argument(arguments, 2);
	size_t bytes = (size_t)argument(arguments, 3) << 20;
	uint64_t pages = bytes / PAGE_BYTES;
	struct job *jobs = calloc(workers, sizeof *jobs);
	struct latencies *latencies = calloc(1, sizeof *latencies);
	uint32_t *writes = calloc(pages, sizeof *writes);
	if (!jobs || !latencies || !writes)
		die("calloc");
	char *region = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (region == MAP_FAILED)
		die("mmap");
	madvise(region, bytes, MADV_NOHUGEPAGE);
	for (uint64_t word = 0; word < bytes / 8; word++)
		((uint64_t *)region)[word] = hash(word);

	double cpu_before = cpu_seconds(RUSAGE_SELF);
	int64_t start = now();
	for (uint64_t i = 0; i < workers; i++) {
		jobs[i].region = region;
		jobs[i].first_page = pages * i / workers;
		jobs[i].pages = pages * (i + 1) / workers - jobs[i].first_page;
		jobs[i].writes = writes + jobs[i].first_page;
		jobs[i].seed = i;
		jobs[i].end = start + seconds * SECOND;
		jobs[i].pace = (struct pace){start, 1e9 * (double)workers / RATE};
	}
	run_threads((int64_t)workers, work, jobs, sizeof *jobs);
	double elapsed = (double)(now() - start) / SECOND;
	double cpu = cpu_seconds(RUSAGE_SELF) - cpu_before;
	int64_t touches = 0;
	for (uint64_t i = 0; i < workers; i++) {
		touches += jobs[i].touches;
		add(latencies, &jobs[i].latencies);
	}
	printf("{\"ops\":%ld,\"achieved_ops_per_sec\":%.1f,\"touch_p50_ns\":%ld,"
	       "\"cpu_seconds\":%.6f}\n", (long)touches,
	       (double)touches / elapsed, (long)median(latencies), cpu);
	return 0;
}
