/*
 * The work of fork_exit_storm and fork_touch_exit as a C program does it: fork, touch, _exit, wait.
 *
 *   fork_loop SECONDS WORKERS RATE TOUCH_PAGES
 *
 * RATE is of each worker, kept by deadline; 0 is as fast as can be.
 */
#include "loop.h"

#include <sys/wait.h>

struct job {
	int64_t start, end, period, touch_pages, children;
	struct latencies making, waiting;
};

static _Noreturn void child(int64_t touch_pages)
{
	if (touch_pages > 0) {
		size_t bytes = (size_t)touch_pages * PAGE_BYTES;
		char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (memory == MAP_FAILED)
			_exit(64);
		madvise(memory, bytes, MADV_NOHUGEPAGE);
		for (size_t offset = 0; offset < bytes; offset += PAGE_BYTES)
			*(volatile char *)(memory + offset) = 1;
	}
	_exit(0);
}

static void *work(void *argument)
{
	struct job *job = argument;
	int64_t due = job->start;

	while (now() < job->end) {
		if (job->period > 0) {
			sleep_until(due);
			due += job->period;
		}
		int64_t start = now();
		pid_t pid = fork();
		if (pid < 0)
			die("fork");
		if (pid == 0)
			child(job->touch_pages);
		int64_t made = now();
		int status;
		if (waitpid(pid, &status, 0) < 0)
			die("waitpid");
		if (status != 0) {
			fprintf(stderr, "a child ended with status %d\n", status);
			exit(1);
		}
		record(&job->waiting, now() - made);
		record(&job->making, made - start);
		job->children++;
	}
	return NULL;
}

int main(int count, char **arguments)
{
	if (count != 5) {
		fprintf(stderr, "fork_loop SECONDS WORKERS RATE TOUCH_PAGES\n");
		return 2;
	}
	int64_t seconds = argument(arguments, 1);
	int64_t workers = argument(arguments, 2);
	int64_t rate = argument(arguments, 3);
	struct job *jobs = calloc((size_t)workers, sizeof *jobs);
	struct latencies *making = calloc(1, sizeof *making);
	struct latencies *waiting = calloc(1, sizeof *waiting);
	if (!jobs || !making || !waiting)
		die("calloc");
	int64_t start = now();
	for (int64_t i = 0; i < workers; i++) {
		jobs[i].period = rate > 0 ? SECOND / rate : 0;
		/* Workers of the same rate alternate. */
		jobs[i].start = start + jobs[i].period * i / workers;
		jobs[i].end = start + seconds * SECOND;
		jobs[i].touch_pages = argument(arguments, 4);
	}
	run_threads(workers, work, jobs, sizeof *jobs);
	double elapsed = (double)(now() - start) / SECOND;
	int64_t children = 0;
	for (int64_t i = 0; i < workers; i++) {
		children += jobs[i].children;
		add(making, &jobs[i].making);
		add(waiting, &jobs[i].waiting);
	}
	printf("{\"forks\":%ld,\"achieved_per_sec\":%.1f,\"fork_p50_ns\":%ld,\"wait_p50_ns\":%ld,"
	       "\"cpu_seconds\":%.6f,\"child_cpu_seconds\":%.6f}\n",
	       (long)children, (double)children / elapsed, (long)median(making),
	       (long)median(waiting), cpu_seconds(RUSAGE_SELF), cpu_seconds(RUSAGE_CHILDREN));
	return 0;
}
