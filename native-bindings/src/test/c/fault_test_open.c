/* Pools and regions whose opening or closing fails half way: nothing is left over, and it works later. */
#define _GNU_SOURCE
#include "fault_test.h"

#include <errno.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { LEAF_BYTES = 1 << 16, LEAST_REFUSALS = 3, MOST_KIBIBYTES = 32 << 10 };

/* So many that the directory needs new leaves, of 16 GiB each, which it keeps. */
static const uint64_t LARGE = (uint64_t)40 << 30;

static int64_t mapped(void)
{
	long long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	CHECK(file && fscanf(file, "%lld", &pages) == 1);
	fclose(file);
	return pages * 4096;
}

static int64_t highest_kibibytes(void)
{
	struct rusage usage;

	CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
	return usage.ru_maxrss;
}

static int64_t open_region(struct pool *p, uint64_t bytes)
{
	uint64_t result[3];

	return predicomp_fault_region_open(p->native, bytes, 1, FIRST_PAGE, result);
}

/* The table, the memory, and each leaf of the directory. */
static void every_mapping_is_refused(void)
{
	struct pool p;
	int refused = 0;

	fail_after(CALL_MAP, 0, -ENOMEM);
	CHECK(predicomp_fault_pool_open(4096, 4096) == -ENOMEM);
	pool_open(&p, 4096, 16);
	int64_t before = mapped(), region;
	for (;; refused++) {
		fail_after(CALL_MAP, refused, -ENOMEM);
		if ((region = open_region(&p, LARGE)) > 0)
			break;
		CHECK(region == -ENOMEM && mapped() - before <= refused * LEAF_BYTES);
	}
	CHECK(refused >= LEAST_REFUSALS);
	fail_next(CALL_MAP, 0, 0);
	int64_t most = highest_kibibytes();
	predicomp_fault_region_close((struct fault_region *)(uintptr_t)region);
	CHECK(highest_kibibytes() - most < MOST_KIBIBYTES); /* its table would be 160 MiB */
	CHECK(mapped() - before <= refused * LEAF_BYTES);
	struct region r = region_open(&p, 16 * 4096, 0);
	fill(&r, 16);
	CHECK(evict(&r, 0, 16, 0) == 16);
	check(&r, 16);
	predicomp_fault_region_close(r.native);
	pool_close(&p);
}

/* With a budget regions are registered when they are opened. */
static void registration_is_refused(void)
{
	struct fault_ledger ledger = {0};
	struct pool p;

	pool_open(&p, 4096, 16);
	predicomp_fault_pool_budget(p.native, &ledger, 47 * 4096, 64 * 4096);
	int64_t before = mapped();
	fail_next(CALL_REGISTER, 1, -ENOMEM);
	CHECK(open_region(&p, 16 * 4096) == -ENOMEM);
	fail_next(CALL_DISCARD, 1, -EINVAL);
	CHECK(open_region(&p, 16 * 4096) == -EINVAL);
	CHECK(mapped() == before && ledger.held == 0);
	struct region r = region_open(&p, 16 * 4096, 0);
	fill(&r, 16);
	CHECK(ledger.held == 16 * 4096 && evict(&r, 0, 16, 0) == 16 && ledger.held == 0);
	predicomp_fault_region_close(r.native);
	pool_close(&p);
}

static struct pool raced;
static _Atomic int returned;

static void *open_without_registration(void *unused)
{
	fail_next(CALL_REGISTER, 1, -ENOMEM);
	CHECK(open_region(&raced, 4096) == -ENOMEM);
	atomic_store(&returned, 1);
	return unused;
}

/* Who looks for pages meanwhile may have found the region: it stays until they are done. */
static void readers_are_waited_for(void)
{
	struct fault_ledger ledger = {0};
	pthread_t opener;

	pool_open(&raced, 4096, 1);
	predicomp_fault_pool_budget(raced.native, &ledger, 47 * 4096, 64 * 4096);
	unsigned mine = platform_enter(), now = mine;
	CHECK(pthread_create(&opener, NULL, open_without_registration, NULL) == 0);
	/* Waiting for readers begins with another phase. */
	while (now == mine && !atomic_load(&returned)) {
		sched_yield();
		now = platform_enter();
		platform_leave(now);
	}
	CHECK(!atomic_load(&returned));
	platform_leave(mine);
	CHECK(pthread_join(opener, NULL) == 0);
	pool_close(&raced);
}

/* The kernel has no mapping to spare for what unmapping splits: the memory goes all the same. */
static void unmapping_is_refused(struct pool *p)
{
	fail_next(CALL_UNMAP, 2, -ENOMEM); /* what is cut off before and behind */
	struct region r = region_open(p, 16 * 4096, 0);
	fail_next(CALL_UNMAP, 0, 0);
	fill(&r, 16);
	CHECK(evict(&r, 0, 4, 0) == 4);
	fail_next(CALL_UNMAP, 2, -ENOMEM); /* memory and table */
	predicomp_fault_region_close(r.native);
	for (uint64_t page = 0; page < 16; page++)
		CHECK(!in_memory(&r, page));
	CHECK(platform_find((uint64_t)(uintptr_t)r.base) == NULL && r.native->pool == NULL);
	munmap(r.base, 16 * 4096);
}

void opening(struct pool *p)
{
	every_mapping_is_refused();
	registration_is_refused();
	readers_are_waited_for();
	unmapping_is_refused(p);
}
