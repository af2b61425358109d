/* What a fault does, in the thread that touched the page. */
#define _GNU_SOURCE
#include "fault_word.h"

#include <errno.h>

void fault_note_use(struct fault_region *r, uint64_t index)
{
	_Atomic uint32_t *stamp = &r->stamps[(index << r->page_shift) / CLUSTER_BYTES];
	uint32_t epoch = atomic_load_explicit(&r->pool->epoch, memory_order_relaxed);

	/* Mostly it has it already: leave the cache line to others. */
	if (atomic_load_explicit(stamp, memory_order_relaxed) != epoch)
		atomic_store_explicit(stamp, epoch, memory_order_relaxed);
}

/* Counts it, and overwrites the oldest need when the reader is late, who counts these. */
static void note_restore(struct fault_region *r, uint64_t index, uint64_t now, unsigned access)
{
	struct fault_pool *pool = r->pool;
	uint64_t at = atomic_fetch_add_explicit(&pool->counters[DEMAND_RESTORES], 1, memory_order_relaxed);

	atomic_store_explicit(&pool->needs[at % NEEDS], now >> 14 << 41 | (uint64_t)(access & ACCESS_WRITE) << 40 |
						       (r->first_page + index),
			      memory_order_release);
	if (access & ACCESS_WRITE)
		count(pool, WRITE_RESTORES, 1);
	fault_note_use(r, index);
}

/*
 * Makes the access possible that faulted; false if it is no business of ours. room is what was
 * entered for it and is not used.
 */
static int resolve(struct fault_region *r, uint64_t address, unsigned access, uint64_t now, uint64_t *room)
{
	uint64_t index = (address - r->base) >> r->page_shift;
	struct fault_page *page = &r->pages[index];
	int retries = 0;
	/* Somebody else changed the page since the fault: the access may well succeed now. */
	int changed = 0;

	for (;; changed = 1) {
		uint64_t w = load(page);
		int error;

		switch (STATE(w)) {
		case COMP:
			if (*room == 0)
				*room = fault_take(r, r->page_bytes);
			if (!cas(page, w, word(w, REST, KIND(w))))
				break;
			if (retries == 0) /* while the block is fetched */
				note_restore(r, index, now, access);
			error = fault_bring_back(r, index, w,
					   !(access & ACCESS_WRITE) &&
						   (KIND(w) == SAME || r->pool->keep_copies));
			if (error == 0) {
				*room = 0;
				return 1;
			}
			if (error != -ENOMEM || retries++ == MEMORY_RETRIES_MAX)
				platform_die(error == -EIO ? "a page cannot be restored to what was written"
							   : "a page cannot be brought back",
					     address_of(r, index), error);
			count(r->pool, MEMORY_RETRIES, 1);
			platform_sleep();
			break;
		case CPRS:
			if (!fault_make_writable(r, index, w))
				break;
			count(r->pool, RESCUES, 1);
			fault_note_use(r, index);
			return 1;
		case RES_CLEAN:
			if (!(access & ACCESS_WRITE)) {
				platform_watch(address);
				return 1;
			}
			if (!fault_make_writable(r, index, w))
				break;
			count(r->pool, WRITE_FAULTS, 1);
			fault_note_use(r, index);
			return 1;
		case RES:
			platform_watch(address);
			if (changed)
				return 1;
			if (access & ACCESS_ABSENT) {
				*room = fault_take(r, CLUSTER_BYTES);
				*room -= fault_fill_fresh(r, index, (access & ACCESS_WRITE) != 0, *room);
				fault_note_use(r, index);
			}
			if (access & ACCESS_PRESENT)
				fault_make_writable(r, index, w);
			return 1;
		case CLOSED:
			return 0;
		default:
			wait_while(page, w);
		}
	}
}

/* DemandStall.java explains the word. */
static uint64_t stall_begin(struct fault_pool *pool)
{
	uint64_t now = platform_nanos();
	uint64_t was = atomic_load_explicit(&pool->stalled, memory_order_relaxed);

	while (!atomic_compare_exchange_weak(&pool->stalled, &was,
					     was & 0xffffff ? was + 1 : now >> 6 << 24 | 1))
		;
	return now;
}

static void stall_end(struct fault_pool *pool, uint64_t start)
{
	uint64_t now = platform_nanos(), nanos = now > start ? now - start : 0;
	uint64_t was = atomic_fetch_sub(&pool->stalled, 1);
	unsigned shift = nanos < STALL_SUB ? 0 : 57 - (unsigned)__builtin_clzll(nanos);
	uint64_t bucket = (uint64_t)shift * (STALL_SUB / 2) + (nanos >> shift);

	if ((was & 0xffffff) == 1)
		count(pool, SOME_NANOS, ((now >> 6) - (was >> 24)) % ((uint64_t)1 << 40) << 6);
	if (bucket >= STALL_BUCKETS)
		bucket = STALL_BUCKETS - 1;
	atomic_fetch_add_explicit(&pool->stalls[bucket], 1, memory_order_relaxed);
}

/* Called by the SIGBUS handler, between platform_enter and platform_leave. */
int fault_resolve(uint64_t address, unsigned access)
{
	struct fault_region *r = platform_find(address);
	uint64_t room = 0;
	int resolved;

	if (r == NULL || address - r->base >= r->bytes)
		return 0;
	fault_fetch_block(r, (address - r->base) >> r->page_shift);
	uint64_t start = stall_begin(r->pool);
	resolved = resolve(r, address, access, start, &room);
	fault_enter(r, -(int64_t)room);
	stall_end(r->pool, start);
	return resolved;
}
