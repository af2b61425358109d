/* The write storm: threads write while evictors work at full speed. */
#define _GNU_SOURCE
#include "fault_test.h"

#include <fcntl.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

enum { WRITERS = 2, OWN = 8 };

struct storm {
	struct region region;
	struct fault_ledger ledger;
	uint64_t pages;
	int evictors;
	_Atomic int stop;
	_Atomic uint64_t writes, evictions, recompressions, bad, turn;
};

struct worker {
	struct storm *storm;
	uint64_t number;
};

/* Its words are spread over each page; nobody else writes them. */
static void *write_words(void *argument)
{
	struct worker *me = argument;
	struct storm *s = me->storm;
	uint64_t seed = 88172645463325252ULL + me->number, n = 0, writes = 0;
	uint64_t *shadow = calloc(s->pages * OWN, sizeof *shadow);
	int zero = open("/dev/zero", O_RDONLY);

	while (!atomic_load_explicit(&s->stop, memory_order_relaxed)) {
		uint64_t random = next_random(&seed), page = random % s->pages, i = random >> 32 & (OWN - 1);
		volatile uint64_t *word = at(&s->region, page, (i * WRITERS + me->number) * 31 % 512);
		uint64_t *mine = &shadow[page * OWN + i];

		if (*word != *mine) {
			atomic_fetch_add(&s->bad, 1);
			*mine = *word;
		}
		if ((random >> 40 & 3) != 0) {
			*word = *mine = ++n << 8 | me->number;
			writes++;
		}
		if ((random >> 44 & 0x3ff) == 0) {
			uint64_t address = (uint64_t)(uintptr_t)word;
			if (predicomp_fault_pin(address, 8, 1) != 0 || read(zero, (void *)(uintptr_t)address, 8) != 8)
				atomic_fetch_add(&s->bad, 1);
			*mine = 0;
			predicomp_fault_unpin(address, 8);
		}
	}
	atomic_fetch_add(&s->writes, writes);
	close(zero);
	free(shadow);
	return NULL;
}

/* What one writer counts up never goes back, except to the zero of a pinned read. */
static void *watch_words(void *argument)
{
	struct worker *me = argument;
	struct storm *s = me->storm;
	uint64_t seed = 362436069, *seen = calloc(s->pages, sizeof *seen);

	while (!atomic_load_explicit(&s->stop, memory_order_relaxed)) {
		uint64_t page = next_random(&seed) % s->pages, now = *at(&s->region, page, 0);
		if (now != 0 && now < seen[page])
			atomic_fetch_add(&s->bad, 1);
		if (now != 0)
			seen[page] = now;
		if ((seed & 31) == 0)
			predicomp_fault_restore((uint64_t)(uintptr_t)at(&s->region, page, 0), 4096, seed >> 5 & 1);
		if ((seed >> 8 & 63) == 0)
			sched_yield();
	}
	free(seen);
	return NULL;
}

static void *evict_pages(void *argument)
{
	struct worker *me = argument;
	struct storm *s = me->storm;

	while (!atomic_load_explicit(&s->stop, memory_order_relaxed)) {
		uint64_t first = atomic_fetch_add(&s->turn, 16) % s->pages;
		uint64_t n = s->pages - first < 16 ? s->pages - first : 16;
		int demoted = evict(&s->region, first, n, 0);
		CHECK(demoted >= 0);
		predicomp_fault_pool_served(s->region.pool->native, demoted > 0);
		atomic_fetch_add(&s->evictions, (uint64_t)demoted);
		if (me->number == 0)
			predicomp_fault_drop_copy(s->region.native, first);
		for (uint64_t i = 0; me->number == 0 && i < n; i++)
			atomic_fetch_add(&s->recompressions, (uint64_t)recompress(&s->region, first + i));
	}
	return NULL;
}

int storm(const char *name, double seconds, uint64_t pages, int evictors, int hold_up, uint64_t room)
{
	struct pool p;
	struct storm s = {.pages = pages, .evictors = evictors};
	pthread_t threads[8];
	struct worker workers[8];
	int n = 0;

	pool_open(&p, 4096, pages * 4 + (fault_test_broken ? 1 << 16 : 256));
	predicomp_fault_pool_keep(p.native, 1);
	predicomp_fault_pool_budget(p.native, &s.ledger, (int64_t)room * 4096, (int64_t)room * 4096);
	s.region = region_open(&p, pages * 4096, 0);
	fault_test_widened = hold_up;
	for (int i = 0; i < WRITERS + 1 + evictors; i++) {
		workers[n] = (struct worker){&s, (uint64_t)(i < WRITERS ? i : i > WRITERS ? i - WRITERS - 1 : 0)};
		pthread_create(&threads[n], NULL,
			       i < WRITERS ? write_words : i == WRITERS ? watch_words : evict_pages,
			       &workers[n]);
		n++;
	}
	/* How soon a control loses a write is up to the scheduler: it is given time until it does. */
	uint64_t end = platform_nanos() + (uint64_t)(seconds * 1e9);
	while (platform_nanos() < end && !(fault_test_broken && atomic_load(&s.bad)))
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	atomic_store(&s.stop, 1);
	while (n > 0)
		pthread_join(threads[--n], NULL);
	printf("%s: %llu pages, %d evictors, %llu writes, %llu evictions, %llu recompressions, "
	       "%llu restores, %llu rescues, %llu write faults, %llu waits for room, %llu bad words\n",
	       name, (unsigned long long)pages, evictors, (unsigned long long)s.writes,
	       (unsigned long long)s.evictions, (unsigned long long)s.recompressions,
	       (unsigned long long)counter(&s.region, DEMAND_RESTORES),
	       (unsigned long long)counter(&s.region, RESCUES),
	       (unsigned long long)counter(&s.region, WRITE_FAULTS),
	       (unsigned long long)counter(&s.region, BUDGET_WAITS), (unsigned long long)s.bad);
	fault_test_widened = 0;
	if (fault_test_broken == 0)
		CHECK(s.ledger.held == in_memory_bytes(&s.region));
	predicomp_fault_region_close(s.region.native);
	CHECK(s.ledger.held == 0);
	drain_freed(&p);
	if (fault_test_broken == 0)
		CHECK(p.vacancies == p.used);
	pool_close(&p);
	return s.bad != 0;
}

