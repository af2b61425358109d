/*
 * Where an arena has a budget: what pages take of it and give back. A fault cannot demote for
 * itself, as that takes Java; it asks the keeper, a thread of Java's, and waits while that gets on,
 * or has no processor. It does not wait for a keeper that sleeps, as a safepoint may have stopped it
 * that waits for this very fault, nor for one that found nothing: then it goes over the budget.
 */
#define _GNU_SOURCE
#include "fault_word.h"
#include "predicomp.h"

/* How often to wait for the keeper, and how long each time until it is looked at. */
enum { KEEPER_STEPS = 64, KEEPER_NANOS = 2000000 };

static void entered(struct fault_region *r, int64_t bytes, int64_t now)
{
	struct fault_ledger *ledger = r->pool->ledger;
	int64_t most = atomic_load_explicit(&ledger->highest, memory_order_relaxed);

	atomic_fetch_add_explicit(&r->entered, bytes, memory_order_relaxed);
	while (now > most && !atomic_compare_exchange_weak(&ledger->highest, &most, now))
		;
}

void fault_enter(struct fault_region *r, int64_t bytes)
{
	struct fault_ledger *ledger = r->pool->ledger;

	if (ledger && bytes)
		entered(r, bytes, atomic_fetch_add(&ledger->held, bytes) + bytes);
}

static int enter_if_room(struct fault_region *r, int64_t bytes)
{
	struct fault_ledger *ledger = r->pool->ledger;
	int64_t now = atomic_load(&ledger->held);

	do {
		if (now + bytes > r->pool->admission)
			return 0;
	} while (!atomic_compare_exchange_weak(&ledger->held, &now, now + bytes));
	entered(r, bytes, now + bytes);
	return 1;
}

static int keeper_runs(struct fault_pool *pool)
{
	return platform_is_runnable(atomic_load(&pool->keeper_thread));
}

uint64_t fault_take(struct fault_region *r, uint64_t wish)
{
	struct fault_pool *pool = r->pool;
	int64_t page = r->page_bytes;

	if (pool->ledger == NULL || enter_if_room(r, (int64_t)wish))
		return wish;
	for (int step = 0; step < KEEPER_STEPS; step++) {
		uint64_t served = atomic_load(&pool->served);
		if (enter_if_room(r, page))
			return r->page_bytes;
		atomic_fetch_add(&pool->asked, 1);
		platform_wake(&pool->asked);
		enum fault_keeper keeper = atomic_load(&pool->keeper);
		if (keeper == FOUND_NOTHING || (keeper == ASLEEP && !keeper_runs(pool)))
			break;
		count(pool, BUDGET_WAITS, step == 0);
		platform_wait(&pool->served, (uint32_t)served, KEEPER_NANOS);
		/* Remembered, so that a run of faults waits once. */
		if (atomic_load(&pool->served) == served && !keeper_runs(pool))
			atomic_store(&pool->keeper, ASLEEP);
	}
	fault_enter(r, page);
	count(pool, BUDGET_OVERSHOOTS, atomic_load(&pool->ledger->held) > pool->limit);
	return r->page_bytes;
}

/*
 * Gives a pool a budget, before its first region: the ledger of its arena, up to how many bytes
 * faults may enter, and how many are over the budget.
 */
PREDICOMP_EXPORT void predicomp_fault_pool_budget(struct fault_pool *pool, struct fault_ledger *ledger,
						  int64_t admission, int64_t limit)
{
	pool->admission = admission;
	pool->limit = limit;
	pool->ledger = ledger;
}

/*
 * For the keeper: returns how often faults have asked for room, as soon as that is not asked any
 * more, or nanos have passed.
 */
PREDICOMP_EXPORT uint64_t predicomp_fault_pool_asked(struct fault_pool *pool, uint64_t asked,
						     uint64_t nanos)
{
	atomic_store(&pool->keeper_thread, platform_thread());
	if (atomic_load(&pool->asked) == asked)
		platform_wait(&pool->asked, (uint32_t)asked, nanos);
	return atomic_load(&pool->asked);
}

/* For the keeper: it has demoted something, or found nothing, and then nobody waits for it. */
PREDICOMP_EXPORT void predicomp_fault_pool_served(struct fault_pool *pool, uint32_t found)
{
	atomic_store(&pool->keeper, found ? AT_WORK : FOUND_NOTHING);
	atomic_fetch_add(&pool->served, 1);
	platform_wake(&pool->served);
}
