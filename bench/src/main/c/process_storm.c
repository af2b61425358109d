/*
 * Makes tasks that end at once, as many as it can or at a rate, and says how many.
 *
 *   process_storm threads|processes SECONDS WORKERS [RATE]
 *
 * RATE is of all workers together, a second; without it nothing is waited for but the end of the
 * task before. Prints the number of tasks made.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum { STACK_BYTES = 16384, BATCH = 16, MOST_WORKERS = 64 };

static int threads;
static uint64_t end_nanos;
static uint64_t period_nanos;
static atomic_ulong made;

static uint64_t now_nanos(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int task(void *unused)
{
	(void)unused;
	return 0;
}

static void make_threads(char *stacks, int count)
{
	/* Each is cleared by the kernel when its thread has left its stack. */
	static _Thread_local volatile int alive[BATCH];
	const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			  CLONE_SYSVSEM | CLONE_CHILD_CLEARTID;
	for (int i = 0; i < count; i++) {
		alive[i] = 1;
		if (clone(task, stacks + (size_t)(i + 1) * STACK_BYTES, flags, NULL, NULL, NULL,
			  (int *)&alive[i]) < 0)
			alive[i] = 0;
		else
			atomic_fetch_add(&made, 1);
	}
	for (int i = 0; i < count; i++)
		while (alive[i])
			sched_yield();
}

static void make_process(char *stack)
{
	int child = clone(task, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
	if (child > 0) {
		atomic_fetch_add(&made, 1);
		waitpid(child, NULL, 0);
	}
}

static void *work(void *unused)
{
	char *stacks = malloc((size_t)BATCH * STACK_BYTES);
	uint64_t next = now_nanos();
	(void)unused;
	while (stacks && now_nanos() < end_nanos) {
		if (period_nanos) {
			next += period_nanos;
			struct timespec wake = { (time_t)(next / 1000000000u), (long)(next % 1000000000u) };
			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL);
		}
		if (threads)
			make_threads(stacks, period_nanos ? 1 : BATCH);
		else
			make_process(stacks);
	}
	free(stacks);
	return NULL;
}

int main(int count, char **arguments)
{
	pthread_t workers[MOST_WORKERS];
	if (count < 4 || atoi(arguments[3]) < 1 || atoi(arguments[3]) > MOST_WORKERS)
		return 2;
	threads = strcmp(arguments[1], "threads") == 0;
	int many = atoi(arguments[3]);
	if (count > 4)
		period_nanos = 1000000000u * (uint64_t)many / (uint64_t)atoi(arguments[4]);
	end_nanos = now_nanos() + (uint64_t)atoi(arguments[2]) * 1000000000u;
	for (int i = 0; i < many; i++)
		if (pthread_create(&workers[i], NULL, work, NULL) != 0)
			return 1;
	for (int i = 0; i < many; i++)
		pthread_join(workers[i], NULL);
	printf("%lu\n", (unsigned long)atomic_load(&made));
	return 0;
}
