/*
 * Blocks of the pool: decoding, and freeing. Nothing here waits for more than another thread's
 * decoding, and nothing allocates: scratch and contexts are made before the first page leaves.
 */
#define _GNU_SOURCE
#include "fault_word.h"
#include "predicomp.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* Shared by all pools; a slot has one holder, and so has its context. */
static uint8_t *scratch;
static _Atomic uint32_t scratch_taken; /* one bit per slot */
static uint64_t contexts[SCRATCH_SLOTS]; /* of Zstandard */

/* Makes room to decode; 0 or -errno. */
int fault_open_scratch(void)
{
	if (scratch == NULL) {
		void *memory = platform_map((uint64_t)SCRATCH_SLOTS * LARGEST_PAGE);
		if (memory == NULL)
			return -errno;
		scratch = memory;
	}
	return 0;
}

/* Gives a slot its Zstandard context, of which there are SCRATCH_SLOTS, for the life of the process. */
PREDICOMP_EXPORT int predicomp_fault_context(uint32_t slot, uint64_t context)
{
	if (slot >= SCRATCH_SLOTS)
		return -EINVAL;
	contexts[slot] = context;
	return 0;
}

/* Its holder waits for nothing but the kernel, so a wait for it is short. */
int fault_claim_scratch(void)
{
	for (;;) {
		uint32_t taken = atomic_load_explicit(&scratch_taken, memory_order_relaxed);
		if (taken == UINT32_MAX) {
			platform_yield();
			continue;
		}
		int slot = __builtin_ctz(~taken);
		if (atomic_compare_exchange_weak(&scratch_taken, &taken, taken | 1u << slot))
			return slot;
	}
}

uint8_t *fault_scratch(int slot)
{
	return scratch + (size_t)slot * LARGEST_PAGE;
}

void fault_release_scratch(int slot)
{
	atomic_fetch_and(&scratch_taken, ~(1u << slot));
}

void fault_fetch_block(const struct fault_region *r, uint64_t index)
{
	uint64_t w = load(&r->pages[index]), entry = r->pages[index].entry;
	uint64_t at = r->pool->memory + HANDLE(entry) * 16, end = at + 8 + LENGTH(entry);

	/* What is cold is in no cache, and the decoder would wait for one line after the other. */
	for (at &= ~(uint64_t)63; STATE(w) == COMP && KIND(w) == BLOCK && at < end; at += 64)
		__builtin_prefetch((const void *)(uintptr_t)at);
}

typedef int lz4_decompress(const char *from, char *to, int length, int capacity);
typedef int lz4_decompress_dictionary(const char *from, char *to, int length, int capacity,
				      const char *dictionary, int dictionary_length);
typedef size_t zstd_decompress(void *context, void *to, size_t capacity, const void *from,
			       size_t length);

/* The same as PatternCodec.java: the block is the two or three words that the page repeats. */
static int64_t repeat(const uint8_t *from, uint64_t length, uint8_t *to, uint64_t bytes)
{
	if (length != 16 && length != 24)
		return -1;
	memcpy(to, from, length);
	for (uint64_t done = length, more; done < bytes; done += more) {
		more = done < bytes - done ? done : bytes - done;
		memcpy(to + done, to, more);
	}
	return (int64_t)bytes;
}

static int64_t decompress(const struct fault_pool *pool, uint64_t entry, int slot)
{
	const struct fault_decoder *d = &pool->decoders[CODEC(entry)];
	const void *from = (const void *)(uintptr_t)(pool->memory + HANDLE(entry) * 16 + 8);
	void *to = fault_scratch(slot), *function = (void *)(uintptr_t)d->function;
	int length = (int)LENGTH(entry), capacity = (int)pool->page_bytes;

	if (d->codec == CODEC_PATTERN)
		return repeat(from, LENGTH(entry), to, pool->page_bytes);
	if (function == NULL)
		return -1;
	switch (d->codec) {
	case CODEC_ZSTD:
		return (int64_t)((zstd_decompress *)function)((void *)(uintptr_t)contexts[slot], to,
							      pool->page_bytes, from, LENGTH(entry));
	case CODEC_LZ4_DICTIONARY:
		return ((lz4_decompress_dictionary *)function)(from, to, length, capacity,
							       (const char *)(uintptr_t)d->dictionary,
							       (int)d->dictionary_bytes);
	default:
		return ((lz4_decompress *)function)(from, to, length, capacity);
	}
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

int fault_decode(const struct fault_region *r, uint64_t index, uint64_t entry, int slot)
{
	if (decompress(r->pool, entry, slot) != r->page_bytes ||
	    (r->checksums && checksum(fault_scratch(slot), r->page_bytes) != r->checksums[index])) {
		count(r->pool, CORRUPT, 1);
		return -EIO;
	}
	return 0;
}

/* FreedList.java describes the list, SlotHeader.java the header. */
void fault_free_block(struct fault_pool *pool, uint64_t entry)
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
	if (CODEC(entry) != 0) {
		atomic_fetch_add_explicit(&pool->dropped[CODEC(entry)].bytes, LENGTH(entry),
					  memory_order_relaxed);
		/* Last: from here on its dictionary may go. */
		atomic_fetch_add_explicit(&pool->dropped[CODEC(entry)].pages, 1, memory_order_release);
	}
}
