/*
 * Makes tasks that end at once, as many as it can or at a rate, and says how many.
 *
 *   process_storm threads|processes SECONDS WORKERS [RATE]
 *
 * RATE is of all workers together, a second; without it nothing is waited for but the end of the
 * task before. Prints the number of tasks made.
 *
 * Each worker keeps to a processor, and so do its tasks, which it makes one by one: the kernel takes
 * the stack of the task before from a cache of that processor, and nothing is sent to another. With
 * sixteen at a time, free to move, it was less than half as many.
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
#include <time.h>

enum { STACK_BYTES = 16384, BATCH = 16, MOST_WORKERS = 64 };

static int flags;
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

/* Keeps this thread to the index-th of the processors that it may use, counted round and round. */
static void keep_to_processor(long index)
{
	cpu_set_t all, one;
	if (sched_getaffinity(0, sizeof all, &all) != 0)
		return;
	index %= CPU_COUNT(&all);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &all) && index-- == 0) {
			CPU_ZERO(&one);
			CPU_SET(cpu, &one);
			sched_setaffinity(0, sizeof one, &one);
			return;
		}
	}
}

static void *work(void *index)
{
	char *stack = malloc(STACK_BYTES);
	uint64_t next = now_nanos();
	unsigned long count = 0;
	keep_to_processor((long)(intptr_t)index);
	while (stack && now_nanos() < end_nanos) {
		if (period_nanos) {
			next += period_nanos;
			struct timespec wake = { (time_t)(next / 1000000000u), (long)(next % 1000000000u) };
			clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL);
		}
		/* Each has left the stack when clone returns, for that is what CLONE_VFORK waits for. */
		for (int i = 0; i < (period_nanos ? 1 : BATCH); i++)
			if (clone(task, stack + STACK_BYTES, flags, NULL) > 0)
				count++;
	}
	free(stack);
	atomic_fetch_add(&made, count);
	return NULL;
}

int main(int count, char **arguments)
{
	pthread_t workers[MOST_WORKERS];
	if (count < 4 || atoi(arguments[3]) < 1 || atoi(arguments[3]) > MOST_WORKERS)
		return 2;
	flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_SYSVSEM | CLONE_VFORK;
	flags |= strcmp(arguments[1], "threads") == 0 ? CLONE_THREAD : SIGCHLD;
	signal(SIGCHLD, SIG_IGN); /* so that the kernel reaps */
	long many = atoi(arguments[3]);
	if (count > 4)
		period_nanos = 1000000000u * (uint64_t)many / (uint64_t)atoi(arguments[4]);
	end_nanos = now_nanos() + (uint64_t)atoi(arguments[2]) * 1000000000u;
	for (long i = 0; i < many; i++)
		if (pthread_create(&workers[i], NULL, work, (void *)(intptr_t)i) != 0)
			return 1;
	for (long i = 0; i < many; i++)
		pthread_join(workers[i], NULL);
	printf("%lu\n", (unsigned long)atomic_load(&made));
	return 0;
}
