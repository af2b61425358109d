/*
 * What the loops share: arguments, the clock, pseudo-random numbers, latencies, threads.
 * The workloads of the same names do the same, in Java.
 */
#ifndef LOOP_H
#define LOOP_H

#define _GNU_SOURCE

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PAGE_BYTES 4096
#define SECOND INT64_C(1000000000)

static inline _Noreturn void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

/* Argument number `index`, a number from 0 on; the caller has checked how many there are. */
static inline int64_t argument(char **arguments, int index)
{
	char *end;
	int64_t value = strtoll(arguments[index], &end, 10);

	if (*end || value < 0) {
		fprintf(stderr, "'%s' is not a whole number from 0\n", arguments[index]);
		exit(2);
	}
	return value;
}

static inline int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * SECOND + time.tv_nsec;
}

static inline void sleep_until(int64_t nanos)
{
	struct timespec time = {.tv_sec = nanos / SECOND, .tv_nsec = nanos % SECOND};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
		;
}

/* SplitMix64, as the Java class Mix. */
static inline uint64_t hash(uint64_t key)
{
	uint64_t z = key + UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* Counts by power of two and, within it, by the next seven bits: as HdrHistogram with two digits. */
struct latencies {
	int64_t counts[64 << 7];
};

static inline void record(struct latencies *latencies, int64_t nanos)
{
	uint64_t value = nanos < 128 ? 128 : (uint64_t)nanos;
	int power = 63 - __builtin_clzll(value);

	latencies->counts[(power << 7) | ((value >> (power - 7)) & 127)]++;
}

/* When an operation would be due at a rate that cannot be reached: what comes after it is late. */
struct pace {
	int64_t start;
	double nanos_per_operation;
};

static inline int64_t due(const struct pace *pace, uint64_t operation)
{
	return pace->start + (int64_t)((double)operation * pace->nanos_per_operation);
}

static inline void add(struct latencies *sum, const struct latencies *more)
{
	for (size_t i = 0; i < sizeof sum->counts / sizeof *sum->counts; i++)
		sum->counts[i] += more->counts[i];
}

static inline int64_t median(const struct latencies *latencies)
{
	int64_t all = 0, below = 0;
	size_t n = sizeof latencies->counts / sizeof *latencies->counts;

	for (size_t i = 0; i < n; i++)
		all += latencies->counts[i];
	for (size_t i = 0; i < n; i++) {
		below += latencies->counts[i];
		if (all > 0 && 2 * below >= all)
			return (int64_t)((128 + (i & 127)) << ((i >> 7) - 7));
	}
	return 0;
}

/* CPU seconds of this process, or of the children it has waited for. */
static inline double cpu_seconds(int who)
{
	struct rusage usage;

	getrusage(who, &usage);
	return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Runs `work` in so many threads, with a pointer to its own of the `size` bytes large jobs. */
static inline void run_threads(int64_t threads, void *(*work)(void *), void *jobs, size_t size)
{
	pthread_t *ids = calloc((size_t)threads, sizeof *ids);

	if (!ids)
		die("calloc");
	for (int64_t i = 0; i < threads; i++)
		if ((errno = pthread_create(&ids[i], NULL, work, (char *)jobs + (size_t)i * size)))
			die("pthread_create");
	for (int64_t i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	free(ids);
}

#endif
