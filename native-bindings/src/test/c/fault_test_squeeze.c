/* A memory limit that is reached while pages come back: in a cgroup, into which the caller puts us. */
#define _GNU_SOURCE
#include "fault_test.h"

#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static struct squeeze {
	struct region region;
	void *ballast;
	uint64_t bytes;
} squeezed;

/* Gives memory back as soon as a fault has found none. */
static void *let_go(void *argument)
{
	struct squeeze *s = argument;

	while (counter(&s->region, MEMORY_RETRIES) == 0)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	munmap(s->ballast, s->bytes);
	return NULL;
}

/*
 * Evicts so many pages, says "evicted", waits until its caller has set a limit and written a line, and
 * reads all of them back. With "release" another thread gives as much memory back once there is none.
 */
int squeeze(const char *how, uint64_t pages)
{
	struct squeeze *s = &squeezed;
	struct pool p;
	pthread_t other;
	char line[16];

	pool_open(&p, 4096, pages + BATCH_PAGES);
	s->region = region_open(&p, pages * 4096, 0);
	s->bytes = pages * 4096;
	s->ballast = mmap(NULL, s->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(s->ballast != MAP_FAILED);
	memset(s->ballast, 1, s->bytes);
	fill(&s->region, pages);
	for (uint64_t first = 0; first < pages; first += BATCH_PAGES)
		CHECK(evict(&s->region, first, BATCH_PAGES, 0) == BATCH_PAGES);
	puts("evicted");
	CHECK(fgets(line, sizeof line, stdin) != NULL);
	if (strcmp(how, "release") == 0)
		CHECK(pthread_create(&other, NULL, let_go, s) == 0);
	check(&s->region, pages);
	printf("verified, %s for memory\n", counter(&s->region, MEMORY_RETRIES) > 0 ? "after waiting" : "no waiting");
	return 0;
}
