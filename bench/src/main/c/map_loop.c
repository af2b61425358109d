/*
 * The work of mmap_churn, as fast as can be: map, touch each page, unmap, and record how long that
 * took, by itself and from when it was due at a hundred thousand a second.
 *
 *   map_loop SECONDS WORKERS MAP_KIBIBYTES
 */
#include "loop.h"

enum { RATE = 100000 };

struct job {
	size_t bytes;
	int64_t end, operations;
	struct pace pace;
	struct latencies latencies, from_due;
};

static void *work(void *argument)
{
	struct job *job = argument;

	int64_t start;
	while ((start = now()) < job->end) {
		char *memory = mmap(NULL, job->bytes, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (memory == MAP_FAILED)
			die("mmap");
		for (size_t offset = 0; offset < job->bytes; offset += PAGE_BYTES)
			*(volatile char *)(memory + offset) = 1;
		munmap(memory, job->bytes);
		int64_t end = now();
		record(&job->latencies, end - start);
		record(&job->from_due, end - due(&job->pace, (uint64_t)job->operations));
		job->operations++;
	}
	return NULL;
}

int main(int count, char **arguments)
{
	if (count != 4) {
		fprintf(stderr, "map_loop SECONDS WORKERS MAP_KIBIBYTES\n");
		return 2;
	}
	int64_t seconds = argument(arguments, 1);
	int64_t workers = argument(arguments, 2);
	struct job *jobs = calloc((size_t)workers, sizeof *jobs);
	struct latencies *latencies = calloc(1, sizeof *latencies);
	if (!jobs || !latencies)
		die("calloc");
	double cpu_before = cpu_seconds(RUSAGE_SELF);
	int64_t start = now();
	for (int64_t i = 0; i < workers; i++) {
		jobs[i].bytes = (size_t)argument(arguments, 3) << 10;
		jobs[i].end = start + seconds * SECOND;
		jobs[i].pace = (struct pace){start, 1e9 * (double)workers / RATE};
	}
	run_threads(workers, work, jobs, sizeof *jobs);
	double elapsed = (double)(now() - start) / SECOND;
	double cpu = cpu_seconds(RUSAGE_SELF) - cpu_before;
	int64_t operations = 0;
	for (int64_t i = 0; i < workers; i++) {
		operations += jobs[i].operations;
		add(latencies, &jobs[i].latencies);
	}
	printf("{\"ops\":%ld,\"achieved_ops_per_sec\":%.1f,\"op_p50_ns\":%ld,"
	       "\"cpu_seconds\":%.6f}\n", (long)operations,
	       (double)operations / elapsed, (long)median(latencies), cpu);
	return 0;
}
