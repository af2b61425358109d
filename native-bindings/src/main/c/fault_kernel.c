/*
 * Resolves faults on managed pages in the thread that touched them, and moves pages out of memory.
 * States and words: fault_kernel.h. What runs in the handler calls no malloc, takes no lock, waits
 * for no Java thread, and touches no managed page.
 */
#define _GNU_SOURCE
#include "fault_kernel.h"
#include "fault_platform.h"
#include "predicomp.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#define STATE(w) ((enum fault_state)((w) & 0xf))
#define KIND(w) ((enum fault_kind)((w) >> 4 & 3))
#define PINS(w) ((w) >> 8 & 0xffff)
#define WAIT ((uint64_t)1 << 6)
#define PIN ((uint64_t)1 << 8)
#define GENERATION ((uint64_t)1 << 24)
#define MAX_PINS 0xffff

#define HANDLE(e) ((e) & (((uint64_t)1 << 40) - 1))
#define LENGTH(e) ((e) >> 40 & 0xffff)
#define CODEC(e) ((e) >> 56)

/* A second, in steps of a millisecond: a cgroup at its limit may get memory back by then. */
enum { MEMORY_RETRIES_MAX = 1000, SPINS = 200 };

static uint64_t word(uint64_t w, enum fault_state state, enum fault_kind kind)
{
	return (w & ~(uint64_t)0xff) | (uint64_t)kind << 4 | state;
}

static uint64_t load(struct fault_page *page)
{
	return atomic_load_explicit(&page->word, memory_order_acquire);
}

static int cas(struct fault_page *page, uint64_t from, uint64_t to)
{
	return atomic_compare_exchange_strong(&page->word, &from, to);
}

/* Leaves a state that others wait for. */
static void publish(struct fault_page *page, uint64_t w)
{
	if (atomic_exchange(&page->word, w) & WAIT)
		platform_wake(&page->word);
}

static void wait_while(struct fault_page *page, uint64_t w)
{
	for (int i = 0; i < SPINS; i++) {
		platform_pause();
		if (load(page) != w)
			return;
	}
	if (!(w & WAIT) && !cas(page, w, w | WAIT))
		return;
	platform_wait(&page->word, (uint32_t)(w | WAIT));
}

static void count(struct fault_pool *pool, enum fault_counter counter, uint64_t n)
{
	atomic_fetch_add_explicit(&pool->counters[counter], n, memory_order_relaxed);
}

static uint64_t address_of(const struct fault_region *r, uint64_t page)
{
	return r->base + (page << r->page_shift);
}

static uint64_t page_count(const struct fault_region *r)
{
	return r->bytes >> r->page_shift;
}

/* ---- the pool ------------------------------------------------------------------------------ */

/* FreedList.java describes the list, SlotHeader.java the header. */
static void free_block(struct fault_pool *pool, uint64_t entry)
{
	_Atomic uint64_t *head = (_Atomic uint64_t *)(uintptr_t)pool->memory;
	_Atomic uint64_t *slot = (_Atomic uint64_t *)(uintptr_t)(pool->memory + HANDLE(entry) * 16);
	uint64_t length = LENGTH(entry) << 8;
	uint64_t live = atomic_load_explicit(slot, memory_order_relaxed);
	uint64_t next = atomic_load_explicit(head, memory_order_relaxed);

	if ((live & 0xffffff) != (length | 'L') ||
	    !atomic_compare_exchange_strong(slot, &live, next << 24 | length | 'D'))
		platform_die("a block of the pool was freed twice", entry, 0);
	atomic_fetch_add_explicit(head + 1, LENGTH(entry), memory_order_release);
	atomic_fetch_add_explicit(head + 2, 1, memory_order_release);
	while (!atomic_compare_exchange_weak_explicit(head, &next, HANDLE(entry), memory_order_release,
						      memory_order_relaxed))
		atomic_store_explicit(slot, next << 24 | length | 'D', memory_order_relaxed);
}

static uint64_t rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static uint64_t mix(uint64_t lane, uint64_t w)
{
	return rotate(lane + w * 0xC2B2AE3D27D4EB4FULL, 31) * 0x9E3779B185EBCA87ULL;
}

/* The same as PageChecksum.java. */
static uint32_t checksum(const uint8_t *at, uint64_t bytes)
{
	uint64_t lane[4] = {0x9E3779B185EBCA87ULL, 0xC2B2AE3D27D4EB4FULL, 0x165667B19E3779F9ULL,
			    ~0x9E3779B185EBCA87ULL};
	for (uint64_t i = 0; i < bytes; i += 8) {
		uint64_t w;
		memcpy(&w, at + i, sizeof w);
		lane[i / 8 % 4] = mix(lane[i / 8 % 4], w);
	}
	uint64_t h = mix(mix(mix(lane[0], lane[1]), lane[2]), lane[3]);
	h ^= h >> 29;
	h *= 0x165667B19E3779F9ULL;
	return (uint32_t)(h ^ h >> 32);
}

typedef int lz4_decompress(const char *from, char *to, int length, int capacity);
typedef size_t zstd_decompress(void *context, void *to, size_t capacity, const void *from,
			       size_t length);

static int64_t decompress(struct fault_pool *pool, uint64_t entry, int slot, uint8_t *to)
{
	const void *from = (const void *)(uintptr_t)(pool->memory + HANDLE(entry) * 16 + 8);
	uintptr_t function = (uintptr_t)pool->codecs[CODEC(entry) % CODECS].function;

	if (function == 0)
		return -1;
	if (pool->codecs[CODEC(entry) % CODECS].codec == CODEC_ZSTD)
		return (int64_t)((zstd_decompress *)function)((void *)(uintptr_t)pool->contexts[slot],
							      to, pool->page_bytes, from,
							      LENGTH(entry));
	return ((lz4_decompress *)function)(from, (char *)to, (int)LENGTH(entry),
					    (int)pool->page_bytes);
}

/* Its holder waits for nothing but the kernel, so a wait for it is short. */
static int claim_scratch(struct fault_pool *pool)
{
	for (;;) {
		uint32_t taken = atomic_load_explicit(&pool->scratch_taken, memory_order_relaxed);
		if (taken == UINT32_MAX) {
			platform_yield();
			continue;
		}
		int slot = __builtin_ctz(~taken);
		if (atomic_compare_exchange_weak(&pool->scratch_taken, &taken, taken | 1u << slot))
			return slot;
	}
}

static void release_scratch(struct fault_pool *pool, int slot)
{
	atomic_fetch_and(&pool->scratch_taken, ~(1u << slot));
}

/* ---- bringing pages back ------------------------------------------------------------------- */

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

static void unprotect(struct fault_region *r, uint64_t page)
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

/*
 * Restores a page that the caller took from COMP word w to REST. Without error the page is in memory
 * afterwards, clean if it may keep its copy; with one it is what it was, and -errno is returned,
 * -EIO if the content cannot be had.
 */
static int bring_back(struct fault_region *r, uint64_t index, uint64_t w, int keep)
{
	struct fault_page *page = &r->pages[index];
	struct fault_pool *pool = r->pool;
	uint64_t entry = page->entry;
	int slot = claim_scratch(pool);
	uint8_t *content = pool->scratch + (size_t)slot * r->page_bytes;
	int result = 0;

	if (KIND(w) == SAME) {
		for (uint32_t i = 0; i < r->page_bytes; i += 8)
			memcpy(content + i, &entry, sizeof entry);
	} else if (decompress(pool, entry, slot, content) != r->page_bytes ||
		   (r->checksums && checksum(content, r->page_bytes) != r->checksums[index])) {
		count(pool, CORRUPT, 1);
		result = -EIO;
	}
	FAULT_HOOK(AT_DECODED);
	if (result == 0)
		result = copy_in(address_of(r, index), content, r->page_bytes,
				 keep && !FAULT_BROKEN(CLEAN_UNPROTECTED));
	release_scratch(pool, slot);
	if (result < 0) {
		publish(page, w);
		return result;
	}
	if (result > 0) {
		/* Others may have written it: its entry is not its content any more. */
		count(pool, ALREADY_THERE, (uint64_t)result);
		if (keep)
			unprotect(r, index);
		keep = 0;
	}
	if (keep) {
		count(pool, COPIES_KEPT, KIND(w) == BLOCK);
		publish(page, word(w, RES_CLEAN, KIND(w)));
	} else {
		publish(page, word(w, RES, NONE));
		if (KIND(w) == BLOCK)
			free_block(pool, entry);
	}
	return 0;
}

/* Makes a page in memory writable, its copy dropped; false if its word is not w any more. */
static int make_writable(struct fault_region *r, uint64_t index, uint64_t w)
{
	struct fault_page *page = &r->pages[index];
	uint64_t entry;

	if (!cas(page, w, word(w, UNWP, KIND(w))))
		return 0;
	entry = page->entry;
	FAULT_HOOK(AT_UNPROTECTING);
	unprotect(r, index);
	publish(page, word(w, RES, NONE));
	if (KIND(w) == BLOCK) {
		free_block(r->pool, entry);
		count(r->pool, COPIES_DROPPED, 1);
	}
	return 1;
}

/* Gives zeros to the untouched pages around one that was touched, and to that page. */
static void fill_fresh(struct fault_region *r, uint64_t index, int write)
{
	uint64_t held[CLUSTER_BYTES / 4096];
	uint64_t per_cluster = CLUSTER_BYTES >> r->page_shift;
	uint64_t first = index - index % per_cluster;
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
		platform_zero(address_of(r, first + i), (end - i) << r->page_shift, write);
		for (uint64_t j = i; j < end; j++)
			publish(&r->pages[first + j], held[j]);
	}
	count(r->pool, ZERO_FILLS, 1);
}

/* ---- the handler --------------------------------------------------------------------------- */

/* Makes the access possible that faulted; false if it is no business of ours. */
static int resolve(struct fault_region *r, uint64_t address, unsigned access)
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
			if (!cas(page, w, word(w, REST, KIND(w))))
				break;
			error = bring_back(r, index, w,
					   !(access & ACCESS_WRITE) &&
						   (KIND(w) == SAME || r->pool->keep_copies));
			if (error == 0) {
				count(r->pool, DEMAND_RESTORES, 1);
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
			if (!make_writable(r, index, w))
				break;
			count(r->pool, RESCUES, 1);
			return 1;
		case RES_CLEAN:
			if (!(access & ACCESS_WRITE)) {
				platform_watch(address);
				return 1;
			}
			if (!make_writable(r, index, w))
				break;
			count(r->pool, WRITE_FAULTS, 1);
			return 1;
		case RES:
			platform_watch(address);
			if (changed)
				return 1;
			if (access & ACCESS_ABSENT)
				fill_fresh(r, index, (access & ACCESS_WRITE) != 0);
			if (access & ACCESS_PRESENT)
				make_writable(r, index, w);
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
	uint64_t longest = atomic_load(&pool->counters[STALL_MAX_NANOS]);
	unsigned shift = nanos < STALL_SUB ? 0 : 57 - (unsigned)__builtin_clzll(nanos);
	uint64_t bucket = (uint64_t)shift * (STALL_SUB / 2) + (nanos >> shift);

	if ((was & 0xffffff) == 1)
		count(pool, SOME_NANOS, ((now >> 6) - (was >> 24)) % ((uint64_t)1 << 40) << 6);
	count(pool, STALLS, 1);
	count(pool, STALL_NANOS, nanos);
	while (nanos > longest &&
	       !atomic_compare_exchange_weak(&pool->counters[STALL_MAX_NANOS], &longest, nanos))
		;
	if (bucket >= STALL_BUCKETS)
		bucket = STALL_BUCKETS - 1;
	atomic_fetch_add_explicit(&pool->stalls[bucket], 1, memory_order_relaxed);
}

/* Called by the SIGBUS handler, between platform_enter and platform_leave. */
int fault_resolve(uint64_t address, unsigned access)
{
	struct fault_region *r = platform_find(address);
	int resolved;

	if (r == NULL || address - r->base >= r->bytes)
		return 0;
	uint64_t start = stall_begin(r->pool);
	resolved = resolve(r, address, access);
	stall_end(r->pool, start);
	return resolved;
}

/* ---- eviction: one caller at a time for a region, and not beside its close ------------------- */

static int register_once(struct fault_region *r)
{
	if (r->registered)
		return 0;
	int error = platform_register(r->base, r->bytes);
	r->registered = error == 0;
	return error;
}

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
	if ((error = register_once(r)) != 0)
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
		if (error != 0) {
			/* A part may be protected; what stays so is unprotected at its next write. */
			platform_protect(at, bytes, 0);
			count(r->pool, PROTECT_FAILED, end - i);
		}
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
		unprotect(r, index);
		error = bring_back(r, index, word(w, COMP, KIND(w)), 0);
		if (error == 0)
			return;
		if (error != -ENOMEM || retries++ == MEMORY_RETRIES_MAX)
			platform_die("a page that was not discarded cannot be restored",
				     address_of(r, index), error);
		platform_sleep();
	}
}

static void discard_run(struct fault_region *r, uint64_t first, const uint64_t *words, uint64_t n,
			uint8_t *outcomes)
{
	int whole = platform_discard(address_of(r, first), n << r->page_shift) == 0;

	FAULT_HOOK(AT_DISCARDED);
	for (uint64_t i = 0; i < n; i++) {
		if (whole || platform_discard(address_of(r, first + i), r->page_bytes) == 0) {
			publish(&r->pages[first + i], word(words[i], COMP, KIND(words[i])));
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

	if (STATE(w) != COMP || KIND(w) != BLOCK || !cas(page, w, word(w, REST, BLOCK)))
		return 0;
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
	free_block(r->pool, entry);
	count(r->pool, COPIES_DROPPED, 1);
	return 1;
}

/* ---- any thread ---------------------------------------------------------------------------- */

/*
 * Restores one page if it is not in memory, its copy kept if asked for. Returns 1 if it did, 0 if it
 * was there or somebody else is at it, or -errno: -EIO if the content cannot be had.
 */
static int restore_page(struct fault_region *r, uint64_t index, int keep)
{
	uint64_t w = load(&r->pages[index]);

	if (STATE(w) != COMP || !cas(&r->pages[index], w, word(w, REST, KIND(w))))
		return 0;
	int error = bring_back(r, index, w, keep || KIND(w) == SAME);
	return error < 0 ? error : 1;
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
			if (make_writable(r, index, w))
				count(r->pool, RESCUES, 1);
			break;
		case RES_CLEAN:
			if (writable) {
				make_writable(r, index, w);
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

/* No fault is ours any more afterwards. Blocks go to the pool's list of freed ones. */
void fault_close_pages(struct fault_region *r)
{
	for (uint64_t i = 0; i < page_count(r); i++) {
		struct fault_page *page = &r->pages[i];
		for (;;) {
			uint64_t w = load(page), entry = page->entry;
			enum fault_state s = STATE(w);
			if (s == CLOSING || s == DROP || s == REST || s == UNWP) {
				wait_while(page, w);
			} else if (cas(page, w, word(w, CLOSED, NONE))) {
				if (KIND(w) == BLOCK)
					free_block(r->pool, entry);
				break;
			}
		}
	}
}
