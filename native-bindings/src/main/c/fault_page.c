/* Single pages: back into memory, writable, or fresh. */
#define _GNU_SOURCE
#include "fault_word.h"
#include "predicomp.h"

#include <errno.h>
#include <string.h>

/*
 * Fills absent memory, protected or not. Returns how many system pages were there already, whose
 * content is newer than what was to be written, or -errno.
 */
static int copy_in(uint64_t to, const uint8_t *from, uint64_t bytes, int protect)
{
	int there = 0;

	for (uint64_t done = 0; done < bytes;) {
		int64_t n = platform_copy(to + done, from + done, bytes - done, protect);
		if (n == -EEXIST) {
			there++;
			n = (int64_t)platform_page_bytes();
		}
		if (n < 0 && n != -EAGAIN)
			return (int)n;
		if (n > 0)
			done += (uint64_t)n;
	}
	return there;
}

void fault_unprotect(struct fault_region *r, uint64_t page)
{
	int error = 0;

	for (int i = 0; i < MEMORY_RETRIES_MAX; i++) {
		error = platform_protect(address_of(r, page), r->page_bytes, 0);
		if (error == 0)
			return;
		if (error != -EAGAIN)
			platform_sleep();
	}
	platform_die("write protection cannot be removed", address_of(r, page), error);
}

int fault_bring_back(struct fault_region *r, uint64_t index, uint64_t w, int keep)
{
	struct fault_page *page = &r->pages[index];
	struct fault_pool *pool = r->pool;
	uint64_t entry = page->entry;
	int slot = fault_claim_scratch(), result = 0;
	uint8_t *content = fault_scratch(slot);

	if (KIND(w) == SAME) {
		for (uint32_t i = 0; i < r->page_bytes; i += 8)
			memcpy(content + i, &entry, sizeof entry);
	} else {
		result = fault_decode(r, index, entry, slot);
	}
	FAULT_HOOK(AT_DECODED);
	if (result == 0)
		result = copy_in(address_of(r, index), content, r->page_bytes,
				 keep && !FAULT_BROKEN(CLEAN_UNPROTECTED));
	fault_release_scratch(slot);
	if (result < 0) {
		publish(page, w);
		return result;
	}
	if (result > 0) {
		/* Others may have written it: its entry is not its content any more. */
		if (keep)
			fault_unprotect(r, index);
		keep = 0;
	}
	if (keep) {
		if (KIND(w) == BLOCK)
			count(pool, COPIES_KEPT, 1);
		publish(page, word(w, RES_CLEAN, KIND(w)));
	} else {
		publish(page, word(w, RES, NONE));
		if (KIND(w) == BLOCK)
			fault_free_block(pool, entry);
	}
	return 0;
}

int fault_make_writable(struct fault_region *r, uint64_t index, uint64_t w)
{
	struct fault_page *page = &r->pages[index];
	uint64_t entry;

	if (!cas(page, w, word(w, UNWP, KIND(w))))
		return 0;
	entry = page->entry;
	FAULT_HOOK(AT_UNPROTECTING);
	fault_unprotect(r, index);
	publish(page, word(w, RES, NONE));
	if (KIND(w) == BLOCK) {
		fault_free_block(r->pool, entry);
		count(r->pool, COPIES_DROPPED, 1);
	}
	return 1;
}

uint64_t fault_fill_fresh(struct fault_region *r, uint64_t index, int write, uint64_t room)
{
	uint64_t held[CLUSTER_BYTES / 4096];
	uint64_t per_cluster = room < CLUSTER_BYTES ? 1 : CLUSTER_BYTES >> r->page_shift;
	uint64_t first = index - index % per_cluster, filled = 0;
	uint64_t n = page_count(r) - first < per_cluster ? page_count(r) - first : per_cluster;

	for (uint64_t i = 0; i < n; i++) {
		uint64_t w = load(&r->pages[first + i]);
		/* A page that is held may not be evicted: its late zeros would meet another life of it. */
		int mine = STATE(w) == RES && (PINS(w) == 0 || first + i == index) &&
			   cas(&r->pages[first + i], w, word(w, REST, NONE));
		held[i] = mine ? w : CLOSED;
	}
	for (uint64_t i = 0, end; i < n; i = end) {
		end = i + 1;
		if (held[i] == CLOSED)
			continue;
		while (end < n && held[end] != CLOSED)
			end++;
		/* What fails here stays absent: whoever touches it comes here again. */
		filled += platform_zero(address_of(r, first + i), (end - i) << r->page_shift, write);
		for (uint64_t j = i; j < end; j++)
			publish(&r->pages[first + j], held[j]);
	}
	count(r->pool, ZERO_FILLS, 1);
	return filled;
}
