/* Ranges of pages, for any thread: restore, pin, unpin; and their end. */
#define _GNU_SOURCE
#include "fault_word.h"
#include "predicomp.h"

#include <errno.h>

/*
 * Restores one page if it is not in memory, its copy kept if asked for. Returns 1 if it did, 0 if it
 * was there or somebody else is at it, or -errno: -EIO if the content cannot be had.
 */
static int restore_page(struct fault_region *r, uint64_t index, int keep)
{
	uint64_t w = load(&r->pages[index]);

	if (STATE(w) != COMP || !cas(&r->pages[index], w, word(w, REST, KIND(w))))
		return 0;
	fault_enter(r, r->page_bytes);
	int error = fault_bring_back(r, index, w, keep || KIND(w) == SAME);
	if (error == 0)
		return 1;
	fault_enter(r, -(int64_t)r->page_bytes);
	return error;
}

/* Puts one page into memory, writable if asked for, and keeps it there; 0 or -errno. */
static int pin_page(struct fault_region *r, uint64_t index, int writable)
{
	struct fault_page *page = &r->pages[index];

	for (;;) {
		uint64_t w = load(page);
		int error;

		switch (STATE(w)) {
		case COMP:
			error = restore_page(r, index, !writable && r->pool->keep_copies);
			if (error < 0)
				return error;
			break;
		case CPRS:
			if (fault_make_writable(r, index, w))
				count(r->pool, RESCUES, 1);
			break;
		case RES_CLEAN:
			if (writable) {
				fault_make_writable(r, index, w);
				break;
			}
			/* fall through */
		case RES:
			if (PINS(w) == MAX_PINS)
				return -EOVERFLOW;
			if (!cas(page, w, w + PIN))
				break;
			/* Untouched memory: absent, and of no use to the kernel, until it is read. */
			for (uint64_t i = 0; i < r->page_bytes; i += platform_page_bytes())
				(void)*(volatile const char *)(uintptr_t)(address_of(r, index) + i);
			fault_note_use(r, index);
			return 0;
		case CLOSED:
			return -ENOENT;
		default:
			wait_while(page, w);
		}
	}
}

static void unpin_page(struct fault_region *r, uint64_t index)
{
	for (;;) {
		uint64_t w = load(&r->pages[index]);
		if (STATE(w) == CLOSED)
			return;
		/* In UNWP or REST: whoever holds the page publishes the pins it saw. */
		if (STATE(w) != RES && STATE(w) != RES_CLEAN)
			wait_while(&r->pages[index], w);
		else if (cas(&r->pages[index], w, w - PIN))
			return;
	}
}

enum span_call { SPAN_RESTORE, SPAN_PIN, SPAN_UNPIN };

/* Pages that hold at least a byte of the range; a call that fails unpins what it had pinned. */
static int64_t for_span(uint64_t address, uint64_t bytes, enum span_call call, int flag)
{
	unsigned phase = platform_enter();
	struct fault_region *r = platform_find(address);
	int64_t result = 0;

	if (r == NULL || bytes == 0 || address < r->base || address - r->base >= r->bytes ||
	    bytes > r->bytes - (address - r->base)) {
		platform_leave(phase);
		return -ENOENT;
	}
	uint64_t first = (address - r->base) >> r->page_shift;
	uint64_t last = (address - r->base + bytes - 1) >> r->page_shift;
	for (uint64_t page = first; page <= last; page++) {
		int step = 0;
		if (call == SPAN_RESTORE)
			step = restore_page(r, page, flag);
		else if (call == SPAN_PIN)
			step = pin_page(r, page, flag);
		else
			unpin_page(r, page);
		if (step < 0) {
			for (uint64_t p = first; call == SPAN_PIN && p < page; p++)
				unpin_page(r, p);
			result = step;
			break;
		}
		result += step;
	}
	platform_leave(phase);
	return result;
}

/* Restores the pages of a range; returns how many, or -errno: -ENOENT if no region holds it. */
PREDICOMP_EXPORT int64_t predicomp_fault_restore(uint64_t address, uint64_t bytes, int keep_copies)
{
	return for_span(address, bytes, SPAN_RESTORE, keep_copies);
}

/* Keeps the pages of a range in memory until unpinned; 0, or -errno and nothing is pinned. */
PREDICOMP_EXPORT int64_t predicomp_fault_pin(uint64_t address, uint64_t bytes, int writable)
{
	return for_span(address, bytes, SPAN_PIN, writable);
}

PREDICOMP_EXPORT int64_t predicomp_fault_unpin(uint64_t address, uint64_t bytes)
{
	return for_span(address, bytes, SPAN_UNPIN, 0);
}

void fault_close_pages(struct fault_region *r)
{
	for (uint64_t i = 0; i < page_count(r); i++) {
		struct fault_page *page = &r->pages[i];
		for (;;) {
			uint64_t w = load(page), entry = page->entry;
			enum fault_state s = STATE(w);
			/* A write would take memory for the table's page, 4 GiB in all for a TiB never touched. */
			if (w == 0)
				break;
			if (s == CLOSING || s == DROP || s == REST || s == UNWP) {
				wait_while(page, w);
			} else if (cas(page, w, word(w, CLOSED, NONE))) {
				if (KIND(w) == BLOCK)
					fault_free_block(r->pool, entry);
				break;
			}
		}
	}
}
