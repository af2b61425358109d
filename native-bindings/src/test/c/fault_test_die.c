/* How the fault kernel ends the process where nothing else could keep wrong data from being read. */
#define _GNU_SOURCE
#include "fault_test.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* A block that is not what was written, and a touch. */
static void corrupt(struct region *r)
{
	CHECK(evict(r, 0, 16, 12345) == 16);
	(void)*at(r, 3, 0);
}

/* No memory for a page, for longer than a fault tries. */
static void no_memory(struct region *r)
{
	CHECK(evict(r, 0, 16, 0) == 16);
	fail_next(CALL_COPY, INT_MAX, -ENOMEM);
	(void)*at(r, 3, 0);
}

/* The kernel does not take a page at all. */
static void refused(struct region *r)
{
	CHECK(evict(r, 0, 16, 0) == 16);
	fail_next(CALL_COPY, INT_MAX, -EINVAL);
	(void)*at(r, 3, 0);
}

/* A clean page that is written stays protected. */
static void unprotect(struct region *r)
{
	predicomp_fault_pool_keep(r->pool->native, 1);
	CHECK(evict(r, 0, 16, 0) == 16);
	check(r, 16);
	fail_next(CALL_UNPROTECT, INT_MAX, -ENOMEM);
	*at(r, 3, 0) = 1;
}

/* A page that was discarded in part only, or not at all, does not come back. */
static void mend(struct region *r)
{
	fail_next(CALL_DISCARD, INT_MAX, -EINVAL);
	fail_next(CALL_COPY, INT_MAX, -ENOMEM);
	evict(r, 0, 16, 0);
}

/* A pool whose owner has freed a block that a page still has. */
static void freed_twice(struct region *r)
{
	CHECK(evict(r, 0, 16, 0) == 16);
	release(r->pool, r->pages[3].entry);
	*at(r, 3, 0) = 1;
}

/* A clean page whose memory somebody else gave back: its word says that it is there. */
static void watchdog(struct region *r)
{
	predicomp_fault_pool_keep(r->pool->native, 1);
	CHECK(evict(r, 0, 16, 0) == 16);
	check(r, 16);
	CHECK(madvise(r->base + 3 * 4096, 4096, MADV_DONTNEED) == 0);
	(void)*at(r, 3, 0);
}

static const struct {
	const char *name;
	void (*run)(struct region *r);
	int sums;
} ends[] = {
	{"corrupt", corrupt, 1},   {"no-memory", no_memory, 0},	    {"refused", refused, 0},
	{"unprotect", unprotect, 0}, {"mend", mend, 0},		    {"freed-twice", freed_twice, 0},
	{"watchdog", watchdog, 0},
};

/* Returns only if the process was not ended. */
int die(const char *how)
{
	struct rlimit no_core = {0, 0};
	struct pool p;

	setrlimit(RLIMIT_CORE, &no_core);
	for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++) {
		if (strcmp(how, ends[i].name) != 0)
			continue;
		pool_open(&p, 4096, 512);
		struct region r = region_open(&p, 16 * 4096, ends[i].sums);
		fill(&r, 16);
		ends[i].run(&r);
		printf("%s: the process goes on\n", how);
		return 1;
	}
	fprintf(stderr, "no such end: %s\n", how);
	return 2;
}
