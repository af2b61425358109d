/* A pool, a region and an evictor as simple as can be, and the hooks of the fault kernel. */
#define _GNU_SOURCE
#include "fault_test.h"

#include <string.h>
#include <sys/mman.h>
#include <time.h>

unsigned fault_test_broken;
int fault_test_widened;
static _Atomic int spared[CALL_UNMAP + 1], failing[CALL_UNMAP + 1], failure[CALL_UNMAP + 1];

void fault_test_hook(enum fault_point point)
{
	/* Holds every step up now and then, so that others come in between. */
	static _Atomic unsigned turn;
	if (fault_test_widened && (point == AT_COMMIT || atomic_fetch_add(&turn, 1) % 61 == 0)) {
		struct timespec pause = {.tv_nsec = 20000};
		nanosleep(&pause, NULL);
	}
}

int fault_test_fail(enum fault_call call)
{
	if (atomic_load(&spared[call]) > 0 && atomic_fetch_sub(&spared[call], 1) > 0)
		return 0;
	if (atomic_load(&failing[call]) > 0 && atomic_fetch_sub(&failing[call], 1) > 0)
		return atomic_load(&failure[call]);
	return 0;
}

void fail_next(enum fault_call call, int times, int error)
{
	atomic_store(&failure[call], error);
	atomic_store(&spared[call], 0);
	atomic_store(&failing[call], times);
}

void fail_after(enum fault_call call, int spare, int error)
{
	fail_next(call, 1, error);
	atomic_store(&spared[call], spare);
}

/* ---- a pool: slots of one size, freed as CompressedPool frees --------------------------------- */

/* Not the identity: what was never decompressed must not look right. */
static int unscramble(const char *from, char *to, int length, int capacity)
{
	if (length > capacity)
		return -1;
	for (int i = 0; i < length; i++)
		to[i] = (char)(from[i] ^ 0x5a);
	return capacity; /* a page that was stored cut is not noticed: only same-filled ones are */
}

const char dictionary[DICTIONARY_BYTES] = "any bytes but these, and these in turn";

/* Codec number 1 of these tests: the same, by the dictionary. */
static int unscramble_by(const char *from, char *to, int length, int capacity, const char *by, int bytes)
{
	if (length > capacity || by != dictionary || bytes != sizeof dictionary)
		return -1;
	for (int i = 0; i < length; i++)
		to[i] = (char)(from[i] ^ by[i % bytes]);
	return capacity;
}

void pool_open(struct pool *p, uint32_t page_bytes, uint64_t slots)
{
	*p = (struct pool){.slot = page_bytes == 4096 ? SMALL_SLOT : SLOT, .slots = slots};
	pthread_mutex_init(&p->lock, NULL);
	p->memory = mmap(NULL, p->slot * (slots + 1), PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	p->vacant = calloc(slots, sizeof *p->vacant);
	CHECK(p->memory != MAP_FAILED && p->vacant);
	int64_t native = predicomp_fault_pool_open((uint64_t)(uintptr_t)p->memory, page_bytes);
	CHECK(native > 0);
	p->native = (struct fault_pool *)(uintptr_t)native;
	CHECK(predicomp_fault_pool_codec(p->native, 0, CODEC_LZ4, (uint64_t)(uintptr_t)unscramble,
					 0, 0) == 0);
	CHECK(predicomp_fault_pool_codec(p->native, 1, CODEC_LZ4_DICTIONARY,
					 (uint64_t)(uintptr_t)unscramble_by,
					 (uint64_t)(uintptr_t)dictionary, sizeof dictionary) == 0);
}

void pool_close(struct pool *p)
{
	predicomp_fault_pool_close(p->native);
	munmap(p->memory, p->slot * (p->slots + 1));
	free(p->vacant);
}

uint64_t pool_freed(struct pool *p)
{
	return atomic_load((_Atomic uint64_t *)(void *)p->memory + 2);
}

void drain_freed(struct pool *p)
{
	uint64_t handle = atomic_exchange((_Atomic uint64_t *)(void *)p->memory, 0);
	while (handle) {
		uint64_t header = *(uint64_t *)(void *)(p->memory + handle * 16);
		CHECK((header & 0xff) == 'D');
		p->vacant[p->vacancies++] = handle;
		handle = header >> 24;
	}
}

/* A slot for so many bytes; the pool's lock is held. */
static uint64_t take_slot(struct pool *p, uint64_t length)
{
	drain_freed(p);
	uint64_t handle = p->vacancies ? p->vacant[--p->vacancies] : ++p->used * p->slot / 16;
	CHECK(p->used <= p->slots && length + 8 <= p->slot);
	atomic_store((_Atomic uint64_t *)(void *)(p->memory + handle * 16), length << 8 | 'L');
	return handle;
}

uint64_t store_plain(struct pool *p, const uint8_t *payload, uint32_t length)
{
	pthread_mutex_lock(&p->lock);
	uint64_t handle = take_slot(p, length);
	memcpy(p->memory + handle * 16 + 8, payload, length);
	pthread_mutex_unlock(&p->lock);
	return (uint64_t)length << 40 | handle;
}

uint64_t store_by(struct pool *p, const uint8_t *content, uint32_t length, unsigned codec)
{
	/* 65,535 bytes at most: a larger page is stored cut, which these tests do not look at. */
	uint64_t cut = length > 65535 ? 65535 : length;
	pthread_mutex_lock(&p->lock);
	uint64_t handle = take_slot(p, cut);
	uint8_t *slot = p->memory + handle * 16;
	for (uint64_t i = 0; i < cut; i++)
		slot[8 + i] = content[i] ^ (uint8_t)(codec ? dictionary[i % sizeof dictionary] : 0x5a);
	pthread_mutex_unlock(&p->lock);
	return (uint64_t)codec << 56 | cut << 40 | handle;
}

uint64_t store(struct pool *p, const uint8_t *content, uint32_t length)
{
	return store_by(p, content, length, 0);
}

void release(struct pool *p, uint64_t entry)
{
	uint64_t handle = entry & (((uint64_t)1 << 40) - 1);
	pthread_mutex_lock(&p->lock);
	*(uint64_t *)(void *)(p->memory + handle * 16) = 'V';
	p->vacant[p->vacancies++] = handle;
	pthread_mutex_unlock(&p->lock);
}

/* ---- a region and its evictor ---------------------------------------------------------------- */

struct region region_open(struct pool *p, uint64_t bytes, int sums)
{
	uint64_t result[3];
	int64_t native = predicomp_fault_region_open(p->native, bytes, sums, FIRST_PAGE, result);
	CHECK(native > 0);
	return (struct region){p, (struct fault_region *)(uintptr_t)native,
			       (uint8_t *)(uintptr_t)result[0],
			       (struct fault_page *)(uintptr_t)result[1]};
}

static int same_filled(const uint8_t *content, uint32_t bytes)
{
	return memcmp(content, content + 8, bytes - 8) == 0;
}

/* Reads what a writer may be writing: a copy that came out torn is thrown away by commit. */
__attribute__((no_sanitize("thread"), noinline)) void copy_page(uint64_t *to, const uint8_t *from,
								      uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes / 8; i++)
		to[i] = ((const volatile uint64_t *)(const void *)from)[i];
}

int evict(struct region *r, uint64_t first, uint64_t n, uint32_t sum)
{
	static _Thread_local uint64_t copy[LARGEST_PAGE / 8];
	uint64_t words[BATCH_PAGES], entries[BATCH_PAGES] = {0};
	uint8_t actions[BATCH_PAGES] = {0};
	uint32_t sums[BATCH_PAGES], bytes = r->pool->native->page_bytes;
	int demoted = 0, began = predicomp_fault_begin(r->native, first, n, words);

	if (began < 0)
		return began;
	for (uint64_t i = 0; i < n; i++) {
		sums[i] = sum;
		if (words[i] == 0)
			continue;
		if ((words[i] >> 4 & 3) != NONE) {
			actions[i] = ACT_CLEAN;
			continue;
		}
		copy_page(copy, r->base + (first + i) * bytes, bytes);
		if (same_filled((uint8_t *)copy, bytes)) {
			actions[i] = ACT_SAME;
			entries[i] = copy[0];
		} else {
			actions[i] = ACT_BLOCK;
			entries[i] = store(r->pool, (uint8_t *)copy, bytes);
		}
	}
	uint8_t asked[BATCH_PAGES];
	memcpy(asked, actions, n);
	predicomp_fault_commit(r->native, first, n, words, actions, entries, sums);
	for (uint64_t i = 0; i < n; i++) {
		demoted += actions[i] == OUT_DEMOTED;
		if (actions[i] == OUT_RESCUED && asked[i] == ACT_BLOCK)
			release(r->pool, entries[i]);
	}
	return demoted;
}

unsigned state(struct region *r, uint64_t page)
{
	return atomic_load(&r->pages[page].word) & 0xf;
}

unsigned kind(struct region *r, uint64_t page)
{
	return atomic_load(&r->pages[page].word) >> 4 & 3;
}

uint64_t counter(struct region *r, enum fault_counter c)
{
	return atomic_load(&r->pool->native->counters[c]);
}

int in_memory(struct region *r, uint64_t page)
{
	unsigned char there;
	CHECK(mincore(r->base + page * 4096, 4096, &there) == 0);
	return there & 1;
}

volatile uint64_t *at(struct region *r, uint64_t page, uint64_t i)
{
	return (volatile uint64_t *)(void *)(r->base + page * r->pool->native->page_bytes) + i;
}

void fill(struct region *r, uint64_t pages)
{
	for (uint64_t p = 0; p < pages; p++)
		for (uint64_t i = 0; i < r->pool->native->page_bytes / 8; i++)
			*at(r, p, i) = p << 32 | i;
}

void check(struct region *r, uint64_t pages)
{
	for (uint64_t p = 0; p < pages; p++)
		for (uint64_t i = 0; i < r->pool->native->page_bytes / 8; i++)
			CHECK(*at(r, p, i) == (p << 32 | i));
}

int64_t in_memory_bytes(struct region *r)
{
	int64_t pages = 0;
	for (uint64_t p = 0; p < r->native->bytes / 4096; p++)
		pages += in_memory(r, p);
	return pages * 4096;
}

/* As TransparentRegion.java exchanges a block for a denser one; 1 if it did. */
int recompress(struct region *r, uint64_t page)
{
	uint8_t content[4096];
	uint64_t w = atomic_load(&r->pages[page].word), entry = r->pages[page].entry;

	if ((w & 0xf) != COMP || (w >> 4 & 3) != BLOCK || (entry >> 56 & 63) != 0)
		return 0;
	copy_page((uint64_t *)(void *)content,
		  r->pool->memory + (entry & 0xffffffffff) * 16 + 8, sizeof content);
	for (unsigned i = 0; i < sizeof content; i++)
		content[i] ^= 0x5a;
	/* The control needs another life of the page in between: writers restore it, this demotes it. */
	for (int i = 0; FAULT_BROKEN(STALE_SWAP) && i < 1000 &&
			(atomic_load(&r->pages[page].word) == w || state(r, page) != COMP); i++) {
		fault_test_hook(AT_COMMIT);
		evict(r, page, 1, 0);
	}
	uint64_t denser = store_by(r->pool, content, 4096, 1);
	/* The upper bits say what was tried: nothing to the handler. */
	int swapped = predicomp_fault_swap(r->native, page, w, denser | (uint64_t)1 << 63);
	/* Of a stale page, entry is somebody else's by now. */
	if (!swapped || !FAULT_BROKEN(STALE_SWAP))
		release(r->pool, swapped ? entry : denser);
	return swapped;
}

uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

