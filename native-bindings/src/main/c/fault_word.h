/* The parts of the fault kernel to one another: words of pages, and the steps on them. */
#ifndef PREDICOMP_FAULT_WORD_H
#define PREDICOMP_FAULT_WORD_H

#include "fault_kernel.h"
#include "fault_platform.h"

#include <stddef.h>

#define STATE(w) ((enum fault_state)((w) & 0xf))
#define KIND(w) ((enum fault_kind)((w) >> 4 & 3))
#define PINS(w) ((w) >> 8 & 0xffff)
#define WAIT ((uint64_t)1 << 6)
#define PIN ((uint64_t)1 << 8)
#define GENERATION ((uint64_t)1 << 24)
#define MAX_PINS 0xffff

#define HANDLE(e) ((e) & (((uint64_t)1 << 40) - 1))
#define LENGTH(e) ((e) >> 40 & 0xffff)
#define CODEC(e) ((e) >> 56 & (CODECS - 1))

/* A second, in steps of a millisecond: a cgroup at its limit may get memory back by then. */
enum { MEMORY_RETRIES_MAX = 1000, SPINS = 200, WAIT_NANOS = 2000000 };

static inline uint64_t word(uint64_t w, enum fault_state state, enum fault_kind kind)
{
	return (w & ~(uint64_t)0xff) | (uint64_t)kind << 4 | state;
}

static inline uint64_t load(struct fault_page *page)
{
	return atomic_load_explicit(&page->word, memory_order_acquire);
}

static inline int cas(struct fault_page *page, uint64_t from, uint64_t to)
{
	return atomic_compare_exchange_strong(&page->word, &from, to);
}

/* Leaves a state that others wait for. */
static inline void publish(struct fault_page *page, uint64_t w)
{
	if (atomic_exchange(&page->word, w) & WAIT)
		platform_wake(&page->word);
}

static inline void wait_while(struct fault_page *page, uint64_t w)
{
	for (int i = 0; i < SPINS; i++) {
		platform_pause();
		if (load(page) != w)
			return;
	}
	if (!(w & WAIT) && !cas(page, w, w | WAIT))
		return;
	/* Bounded, so that a wake-up that is missed delays and does not hang. */
	platform_wait(&page->word, (uint32_t)(w | WAIT), WAIT_NANOS);
}

static inline void count(struct fault_pool *pool, enum fault_counter counter, uint64_t n)
{
	atomic_fetch_add_explicit(&pool->counters[counter], n, memory_order_relaxed);
}

static inline uint64_t address_of(const struct fault_region *r, uint64_t page)
{
	return r->base + (page << r->page_shift);
}

static inline uint64_t page_count(const struct fault_region *r)
{
	return r->bytes >> r->page_shift;
}

/* fault_block.c: blocks of the pool, and room to decode them. */
int fault_claim_scratch(void);
uint8_t *fault_scratch(int slot);
void fault_release_scratch(int slot);
/* A hint: lets the processor fetch the block of an absent page, while other work is done. */
void fault_fetch_block(const struct fault_region *r, uint64_t index);
/* Decodes the page's block; 0, or -EIO. */
int fault_decode(const struct fault_region *r, uint64_t index, uint64_t entry, int slot);
void fault_free_block(struct fault_pool *pool, uint64_t entry);

/* fault_page.c */
void fault_unprotect(struct fault_region *r, uint64_t page);
/*
 * Restores a page that the caller took from COMP word w to REST. Without error the page is in memory
 * afterwards, clean if it may keep its copy; with one it is what it was, and -errno is returned,
 * -EIO if the content cannot be had.
 */
int fault_bring_back(struct fault_region *r, uint64_t index, uint64_t w, int keep);
/* Makes a page in memory writable, its copy dropped; false if its word is not w any more. */
int fault_make_writable(struct fault_region *r, uint64_t index, uint64_t w);
/*
 * Gives zeros to the untouched pages around one that was touched, and to that page; only to that if
 * there is no room for more. Returns bytes that came to memory.
 */
uint64_t fault_fill_fresh(struct fault_region *r, uint64_t index, int write, uint64_t room);

/*
 * fault_budget.c. Memory is entered before it comes and struck off after it left. fault_take enters
 * what a fault is about to bring: wish bytes, or one page if there is no room for them; it may wait,
 * so its caller holds no page. It returns what it entered.
 */
uint64_t fault_take(struct fault_region *r, uint64_t wish);
/* Enters bytes, or strikes them off, whether there is room or not. */
void fault_enter(struct fault_region *r, int64_t bytes);

/* fault_handler.c: somebody uses the page. */
void fault_note_use(struct fault_region *r, uint64_t index);

/* fault_region.c: from here on touches of absent memory are faults; 0 or -errno. */
int fault_register(struct fault_region *r);

/*
 * fault_span.c: no fault is ours any more afterwards, but on pages that were never touched, which have
 * nothing to lose. Blocks go to the pool's list of freed ones.
 */
void fault_close_pages(struct fault_region *r);

#endif
