/* Eviction: one caller at a time for a region, and not beside its close. */
#define _GNU_SOURCE
#include "fault_word.h"
#include "predicomp.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* Reads what is absent of a page that is there in part, so that it is there in whole. */
static int complete(const struct fault_region *r, uint64_t index, const unsigned char *in_memory)
{
	uint64_t size = platform_page_bytes(), parts = r->page_bytes / size, there = 0;

	for (uint64_t i = 0; i < parts; i++)
		there += in_memory[i] & 1;
	for (uint64_t i = 0; there > 0 && there < parts && i < parts; i++)
		if (!(in_memory[i] & 1))
			(void)*(volatile const char *)(uintptr_t)(address_of(r, index) + i * size);
	return there > 0;
}

/*
 * Takes what can be evicted of up to BATCH_PAGES pages to CPRS. words receives the page's word, or 0
 * for a page that stays: absent, pinned, known not to compress. Every page with a word has to be
 * passed to commit. Returns how many there are, or -errno, and then there are none.
 */
PREDICOMP_EXPORT int predicomp_fault_begin(struct fault_region *r, uint64_t first, uint64_t n,
					   uint64_t *words)
{
	unsigned char in_memory[BATCH_PAGES * LARGEST_PAGE / 4096];
	int began = 0, error;

	if (n > BATCH_PAGES || first > page_count(r) || n > page_count(r) - first)
		return -EINVAL;
	if ((error = fault_register(r)) != 0)
		return error;
	if (mincore((void *)(uintptr_t)address_of(r, first), n << r->page_shift, in_memory) != 0)
		return -errno;
	for (uint64_t i = 0; i < n; i++) {
		struct fault_page *page = &r->pages[first + i];
		words[i] = 0;
		if (!complete(r, first + i, in_memory + i * (r->page_bytes / platform_page_bytes())))
			continue;
		uint64_t w = load(page), next = FAULT_BROKEN(NO_GENERATION) ? w : w + GENERATION;
		if ((STATE(w) != RES && STATE(w) != RES_CLEAN) || KIND(w) == REJECTED)
			continue;
		if (PINS(w) != 0) {
			count(r->pool, KEPT_PINNED, 1);
			continue;
		}
		next = word(next, STATE(w) == RES ? CLOSING : CPRS, KIND(w));
		if (cas(page, w, next))
			words[i] = next;
	}
	FAULT_HOOK(AT_CLOSING);
	for (uint64_t i = 0, end; i < n; i = end) {
		end = i + 1;
		if (words[i] == 0 || STATE(words[i]) != CLOSING) {
			began += words[i] != 0;
			continue;
		}
		while (end < n && words[end] != 0 && STATE(words[end]) == CLOSING)
			end++;
		uint64_t at = address_of(r, first + i), bytes = (end - i) << r->page_shift;
		error = FAULT_BROKEN(NO_PROTECTION) ? 0 : platform_protect(at, bytes, 1);
		if (error != 0) /* a part may be protected; what stays so is unprotected at its next write */
			platform_protect(at, bytes, 0);
		for (uint64_t j = i; j < end; j++) {
			uint64_t w = words[j];
			words[j] = error ? 0 : word(w, CPRS, NONE);
			publish(&r->pages[first + j], error ? word(w, RES, NONE) : words[j]);
			began += error == 0;
		}
	}
	FAULT_HOOK(AT_COMPRESSING);
	return began;
}

/*
 * The kernel did not take a page's memory, or only a part: whatever is missing comes back from the
 * entry, and the page is writable.
 */
static void mend(struct fault_region *r, uint64_t index, uint64_t w)
{
	int error, retries = 0;

	publish(&r->pages[index], word(w, COMP, KIND(w)));
	/* A fault may be faster; then nothing is left to do. */
	while (cas(&r->pages[index], word(w, COMP, KIND(w)), word(w, REST, KIND(w)))) {
		fault_unprotect(r, index);
		error = fault_bring_back(r, index, word(w, COMP, KIND(w)), 0);
		if (error == 0)
			return; /* it never left the ledger */
		if (error != -ENOMEM || retries++ == MEMORY_RETRIES_MAX)
			platform_die("a page that was not discarded cannot be restored",
				     address_of(r, index), error);
		platform_sleep();
	}
	fault_enter(r, -(int64_t)r->page_bytes); /* whoever was faster has entered it again */
}

static void discard_run(struct fault_region *r, uint64_t first, const uint64_t *words, uint64_t n,
			uint8_t *outcomes)
{
	int whole = platform_discard(address_of(r, first), n << r->page_shift) == 0;

	/* Before a fault may bring one back. */
	if (whole)
		platform_mark(address_of(r, first), n << r->page_shift);
	FAULT_HOOK(AT_DISCARDED);
	for (uint64_t i = 0; i < n; i++) {
		if (whole || platform_discard(address_of(r, first + i), r->page_bytes) == 0) {
			publish(&r->pages[first + i], word(words[i], COMP, KIND(words[i])));
			fault_enter(r, -(int64_t)r->page_bytes);
		} else {
			outcomes[i] = OUT_DISCARD_FAILED;
			mend(r, first + i, words[i]);
		}
	}
}

/* Ends an eviction without memory taken; true unless a fault was faster. */
static int stay(struct fault_page *page, uint64_t w, enum fault_kind kind)
{
	return cas(page, w, word(w, RES_CLEAN, kind));
}

/*
 * Ends what begin began, page by page as actions say: ACT_BLOCK and ACT_SAME evict with that entry
 * (and checksum, unless checksums is NULL), ACT_CLEAN with the entry the page had, ACT_REJECT and
 * ACT_ABORT leave it in memory. actions receives what became of each page (fault_outcome).
 */
PREDICOMP_EXPORT void predicomp_fault_commit(struct fault_region *r, uint64_t first, uint64_t n,
					     uint64_t *words, uint8_t *actions,
					     const uint64_t *entries, const uint32_t *checksums)
{
	for (uint64_t i = 0; i < n; i++) {
		struct fault_page *page = &r->pages[first + i];
		uint64_t w = words[i];
		enum fault_kind kind = KIND(w);

		if (actions[i] == ACT_CLEAN && kind != BLOCK && kind != SAME)
			actions[i] = ACT_ABORT;
		if (w == 0 || actions[i] == ACT_ABORT || actions[i] == ACT_REJECT) {
			if (w != 0)
				stay(page, w, actions[i] == ACT_REJECT && kind == NONE ? REJECTED : kind);
			words[i] = 0;
			actions[i] = w == 0 ? OUT_NONE : OUT_KEPT;
			continue;
		}
		if (actions[i] != ACT_CLEAN)
			kind = actions[i] == ACT_BLOCK ? BLOCK : SAME;
		FAULT_HOOK(AT_COMMIT);
		words[i] = 0;
		if (!cas(page, w, word(w, DROP, kind))) {
			actions[i] = OUT_RESCUED;
			continue;
		}
		words[i] = word(w, DROP, kind);
		if (actions[i] != ACT_CLEAN) {
			page->entry = entries[i];
			if (r->checksums && checksums)
				r->checksums[first + i] = checksums[i];
		}
		actions[i] = OUT_DEMOTED;
	}
	for (uint64_t i = 0, end; i < n; i = end) {
		end = i + 1;
		if (words[i] == 0)
			continue;
		while (end < n && words[end] != 0)
			end++;
		discard_run(r, first + i, words + i, end - i, actions + i);
	}
}

/*
 * Replaces the block of a page that is not in memory, which must still have that word; 1 if done.
 * The block it had is the caller's to free then.
 */
PREDICOMP_EXPORT int predicomp_fault_swap(struct fault_region *r, uint64_t index, uint64_t w,
					  uint64_t entry)
{
	struct fault_page *page = &r->pages[index];

	if (FAULT_BROKEN(STALE_SWAP))
		w = load(page);
	if (STATE(w) != COMP || KIND(w) != BLOCK || !cas(page, w, word(w, REST, BLOCK)))
		return 0;
	FAULT_HOOK(AT_SWAPPING);
	page->entry = entry;
	publish(page, w);
	return 1;
}

/* Frees the kept block of a page in memory; 1 if there was one. */
PREDICOMP_EXPORT int predicomp_fault_drop_copy(struct fault_region *r, uint64_t index)
{
	struct fault_page *page = &r->pages[index];
	uint64_t w = load(page), entry = page->entry;

	if (STATE(w) != RES_CLEAN || KIND(w) != BLOCK || !cas(page, w, word(w, RES_CLEAN, NONE)))
		return 0;
	fault_free_block(r->pool, entry);
	count(r->pool, COPIES_DROPPED, 1);
	return 1;
}
