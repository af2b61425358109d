/*
 * Tests of the fault kernel, without a JVM. Compile with -DFAULT_TEST together with the other
 * files of the fault kernel.
 *
 *   fault_test unit                        every transition, and every failure of the kernel, once
 *   fault_test storm SECONDS PAGES         threads write while evictors work at full speed
 *   fault_test control NAME SECONDS PAGES  the same with the protocol broken: must lose a write,
 *                                          and ends when it has, after SECONDS at the latest
 *   fault_test limit LIBLZ4 PAGES          decompress into a discarded page: what bare C can do
 *
 * Exit code 0: right; 1: not; a control prints what it lost and exits 1.
 */
#define _GNU_SOURCE
#include "fault_platform.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

int predicomp_fault_open(void);
int64_t predicomp_fault_pool_open(uint64_t memory, uint32_t page_bytes);
int predicomp_fault_pool_codec(struct fault_pool *, uint32_t number, uint32_t codec, uint64_t f,
			       uint64_t dictionary, uint64_t dictionary_bytes);
void predicomp_fault_pool_epoch(struct fault_pool *, uint32_t epoch);
void predicomp_fault_pool_keep(struct fault_pool *, uint32_t keep);
void predicomp_fault_pool_close(struct fault_pool *);
void predicomp_fault_pool_budget(struct fault_pool *, struct fault_ledger *, int64_t admission, int64_t limit);
uint64_t predicomp_fault_pool_asked(struct fault_pool *, uint64_t asked, uint64_t nanos);
void predicomp_fault_pool_served(struct fault_pool *, uint32_t found);
int64_t predicomp_fault_region_open(struct fault_pool *, uint64_t bytes, int sums, uint64_t first,
				    uint64_t *result);
void predicomp_fault_region_close(struct fault_region *);
int predicomp_fault_begin(struct fault_region *, uint64_t first, uint64_t n, uint64_t *words);
void predicomp_fault_commit(struct fault_region *, uint64_t first, uint64_t n, uint64_t *words,
			    uint8_t *actions, const uint64_t *entries, const uint32_t *sums);
int predicomp_fault_swap(struct fault_region *, uint64_t index, uint64_t w, uint64_t entry);
int predicomp_fault_drop_copy(struct fault_region *, uint64_t index);
int64_t predicomp_fault_restore(uint64_t address, uint64_t bytes, int keep);
int64_t predicomp_fault_pin(uint64_t address, uint64_t bytes, int writable);
int64_t predicomp_fault_unpin(uint64_t address, uint64_t bytes);
int fault_claim_scratch(void);
uint8_t *fault_scratch(int slot);
void fault_release_scratch(int slot);
int fault_decode(const struct fault_region *r, uint64_t index, uint64_t entry, int slot);

#define CHECK(what) \
	do { \
		if (!(what)) { \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #what); \
			exit(1); \
		} \
	} while (0)

/* ---- the hooks ----------------------------------------------------------------------------- */

unsigned fault_test_broken;
static int widened;
static _Atomic int failing[CALL_DISCARD + 1], failure[CALL_DISCARD + 1];

void fault_test_hook(enum fault_point point)
{
	/* Holds every step up now and then, so that others come in between. */
	static _Atomic unsigned turn;
	if (widened && (point == AT_COMMIT || atomic_fetch_add(&turn, 1) % 61 == 0)) {
		struct timespec pause = {.tv_nsec = 20000};
		nanosleep(&pause, NULL);
	}
}

int fault_test_fail(enum fault_call call)
{
	if (atomic_load(&failing[call]) > 0 && atomic_fetch_sub(&failing[call], 1) > 0)
		return atomic_load(&failure[call]);
	return 0;
}

static void fail_next(enum fault_call call, int times, int error)
{
	atomic_store(&failure[call], error);
	atomic_store(&failing[call], times);
}

/* ---- a pool: slots of one size, freed as CompressedPool frees --------------------------------- */

enum { FIRST_PAGE = 1000, SLOT = 65552, SMALL_SLOT = 4112 };

struct pool {
	struct fault_pool *native;
	uint8_t *memory;
	uint64_t slot, slots, used, *vacant, vacancies;
	pthread_mutex_t lock;
};

/* Not the identity: what was never decompressed must not look right. */
static int unscramble(const char *from, char *to, int length, int capacity)
{
	if (length > capacity)
		return -1;
	for (int i = 0; i < length; i++)
		to[i] = (char)(from[i] ^ 0x5a);
	return capacity; /* a page that was stored cut is not noticed: only same-filled ones are */
}

static const char dictionary[] = "any bytes but these, and these in turn";

/* Codec number 1 of these tests: the same, by the dictionary. */
static int unscramble_by(const char *from, char *to, int length, int capacity, const char *by, int bytes)
{
	if (length > capacity || by != dictionary || bytes != sizeof dictionary)
		return -1;
	for (int i = 0; i < length; i++)
		to[i] = (char)(from[i] ^ by[i % bytes]);
	return capacity;
}

static void pool_open(struct pool *p, uint32_t page_bytes, uint64_t slots)
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

static void pool_close(struct pool *p)
{
	predicomp_fault_pool_close(p->native);
	munmap(p->memory, p->slot * (p->slots + 1));
	free(p->vacant);
}

static uint64_t pool_freed(struct pool *p)
{
	return atomic_load((_Atomic uint64_t *)(void *)p->memory + 2);
}

static void drain_freed(struct pool *p)
{
	uint64_t handle = atomic_exchange((_Atomic uint64_t *)(void *)p->memory, 0);
	while (handle) {
		uint64_t header = *(uint64_t *)(void *)(p->memory + handle * 16);
		CHECK((header & 0xff) == 'D');
		p->vacant[p->vacancies++] = handle;
		handle = header >> 24;
	}
}

static uint64_t store_by(struct pool *p, const uint8_t *content, uint32_t length, unsigned codec)
{
	pthread_mutex_lock(&p->lock);
	drain_freed(p);
	uint64_t handle = p->vacancies ? p->vacant[--p->vacancies] : ++p->used * p->slot / 16;
	CHECK(p->used <= p->slots);
	/* 65,535 bytes at most: a larger page is stored cut, which these tests do not look at. */
	uint64_t cut = length > 65535 ? 65535 : length;
	uint8_t *slot = p->memory + handle * 16;
	atomic_store((_Atomic uint64_t *)(void *)slot, cut << 8 | 'L');
	for (uint64_t i = 0; i < cut; i++)
		slot[8 + i] = content[i] ^ (uint8_t)(codec ? dictionary[i % sizeof dictionary] : 0x5a);
	pthread_mutex_unlock(&p->lock);
	return (uint64_t)codec << 56 | cut << 40 | handle;
}

static uint64_t store(struct pool *p, const uint8_t *content, uint32_t length)
{
	return store_by(p, content, length, 0);
}

static void release(struct pool *p, uint64_t entry)
{
	uint64_t handle = entry & (((uint64_t)1 << 40) - 1);
	pthread_mutex_lock(&p->lock);
	*(uint64_t *)(void *)(p->memory + handle * 16) = 'V';
	p->vacant[p->vacancies++] = handle;
	pthread_mutex_unlock(&p->lock);
}

/* ---- a region and its evictor ---------------------------------------------------------------- */

struct region {
	struct pool *pool;
	struct fault_region *native;
	uint8_t *base;
	struct fault_page *pages;
};

static struct region region_open(struct pool *p, uint64_t bytes, int sums)
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
__attribute__((no_sanitize("thread"), noinline)) static void copy_page(uint64_t *to, const uint8_t *from,
								      uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes / 8; i++)
		to[i] = ((const volatile uint64_t *)(const void *)from)[i];
}

static int evict(struct region *r, uint64_t first, uint64_t n, uint32_t sum)
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

static unsigned state(struct region *r, uint64_t page)
{
	return atomic_load(&r->pages[page].word) & 0xf;
}

static unsigned kind(struct region *r, uint64_t page)
{
	return atomic_load(&r->pages[page].word) >> 4 & 3;
}

static uint64_t counter(struct region *r, enum fault_counter c)
{
	return atomic_load(&r->pool->native->counters[c]);
}

static int in_memory(struct region *r, uint64_t page)
{
	unsigned char there;
	CHECK(mincore(r->base + page * 4096, 4096, &there) == 0);
	return there & 1;
}

static volatile uint64_t *at(struct region *r, uint64_t page, uint64_t i)
{
	return (volatile uint64_t *)(void *)(r->base + page * r->pool->native->page_bytes) + i;
}

static void fill(struct region *r, uint64_t pages)
{
	for (uint64_t p = 0; p < pages; p++)
		for (uint64_t i = 0; i < r->pool->native->page_bytes / 8; i++)
			*at(r, p, i) = p << 32 | i;
}

static void check(struct region *r, uint64_t pages)
{
	for (uint64_t p = 0; p < pages; p++)
		for (uint64_t i = 0; i < r->pool->native->page_bytes / 8; i++)
			CHECK(*at(r, p, i) == (p << 32 | i));
}

/* ---- unit tests ------------------------------------------------------------------------------ */

static sigjmp_buf escaped;
static void escape(int number)
{
	siglongjmp(escaped, number);
}

static void leaves_and_comes_back(struct pool *p)
{
	struct region r = region_open(p, 64 * 4096, 0);
	fill(&r, 64);
	CHECK(evict(&r, 0, 64, 0) == 64);
	for (int i = 0; i < 64; i++)
		CHECK(state(&r, i) == COMP && kind(&r, i) == BLOCK && !in_memory(&r, i));
	uint64_t before = counter(&r, DEMAND_RESTORES);
	check(&r, 64);
	CHECK(counter(&r, DEMAND_RESTORES) == before + 64);
	CHECK(state(&r, 5) == RES && kind(&r, 5) == NONE);
	predicomp_fault_region_close(r.native);
}

static void clean_copies(struct pool *p)
{
	struct region r = region_open(p, 16 * 4096, 0);
	fill(&r, 16);
	predicomp_fault_pool_keep(p->native, 1);
	CHECK(evict(&r, 0, 16, 0) == 16);
	check(&r, 16);
	uint64_t entry = r.pages[3].entry, freed = pool_freed(p);
	CHECK(state(&r, 3) == RES_CLEAN && kind(&r, 3) == BLOCK);
	CHECK(evict(&r, 0, 16, 0) == 16 && r.pages[3].entry == entry);
	check(&r, 16);
	*at(&r, 3, 0) = 7;
	CHECK(state(&r, 3) == RES && pool_freed(p) == freed + 1);
	CHECK(predicomp_fault_drop_copy(r.native, 4) == 1 && predicomp_fault_drop_copy(r.native, 4) == 0);
	CHECK(state(&r, 4) == RES_CLEAN && kind(&r, 4) == NONE && pool_freed(p) == freed + 2);
	CHECK(evict(&r, 0, 16, 0) == 16);
	*at(&r, 5, 1) = 8; /* a cold write: restored writable at once */
	CHECK(state(&r, 5) == RES);
	CHECK(*at(&r, 3, 0) == 7 && *at(&r, 4, 1) == ((uint64_t)4 << 32 | 1) && *at(&r, 5, 1) == 8);
	predicomp_fault_pool_keep(p->native, 0);
	predicomp_fault_region_close(r.native);
}

static void same_filled_and_fresh(struct pool *p)
{
	struct region r = region_open(p, 64 * 4096, 0);
	for (int i = 0; i < 512; i++)
		*at(&r, 1, i) = 0xabcdabcdabcdabcdULL;
	CHECK(evict(&r, 0, 64, 0) == 1); /* untouched pages are no candidates */
	CHECK(state(&r, 1) == COMP && kind(&r, 1) == SAME && !in_memory(&r, 0));
	CHECK(*at(&r, 1, 17) == 0xabcdabcdabcdabcdULL && state(&r, 1) == RES_CLEAN);
	uint64_t before = counter(&r, ZERO_FILLS);
	CHECK(*at(&r, 40, 3) == 0);
	*at(&r, 17, 3) = 9;
	CHECK(counter(&r, ZERO_FILLS) == before + 2);
	CHECK(in_memory(&r, 47) && in_memory(&r, 31) && !in_memory(&r, 63)); /* by clusters */
	*at(&r, 40, 3) = 4; /* the kernel's zero page becomes an own one */
	CHECK(*at(&r, 40, 3) == 4 && *at(&r, 17, 3) == 9 && *at(&r, 18, 3) == 0);
	predicomp_fault_region_close(r.native);
}

static void writers_abort(struct pool *p)
{
	struct region r = region_open(p, 16 * 4096, 0);
	uint64_t words[16], entries[16] = {0}, stale[16];
	uint8_t actions[16];
	fill(&r, 16);
	CHECK(predicomp_fault_begin(r.native, 0, 16, words) == 16);
	memcpy(stale, words, sizeof words);
	CHECK(*at(&r, 2, 0) == (uint64_t)2 << 32 && state(&r, 2) == CPRS); /* readers read on */
	uint64_t rescues = counter(&r, RESCUES);
	*at(&r, 2, 0) = 1;
	CHECK(state(&r, 2) == RES && counter(&r, RESCUES) == rescues + 1);
	memset(actions, ACT_ABORT, sizeof actions);
	predicomp_fault_commit(r.native, 0, 16, words, actions, entries, NULL);
	CHECK(actions[3] == OUT_KEPT && state(&r, 3) == RES_CLEAN && kind(&r, 3) == NONE);
	/* A second eviction of page 2: the first must not take it for its own. */
	CHECK(predicomp_fault_begin(r.native, 0, 16, words) == 16 && words[2] != stale[2]);
	memset(actions, ACT_SAME, sizeof actions);
	stale[0] = stale[1] = 0;
	predicomp_fault_commit(r.native, 0, 16, stale, actions, entries, NULL);
	CHECK(actions[2] == OUT_RESCUED && actions[0] == OUT_NONE && state(&r, 2) == CPRS);
	memset(actions, ACT_REJECT, sizeof actions);
	predicomp_fault_commit(r.native, 0, 16, words, actions, entries, NULL);
	CHECK(predicomp_fault_begin(r.native, 0, 16, words) == 0); /* remembered … */
	*at(&r, 9, 0) = 1;
	CHECK(predicomp_fault_begin(r.native, 0, 16, words) == 1 && words[9] != 0); /* … until written */
	memset(actions, ACT_ABORT, sizeof actions);
	predicomp_fault_commit(r.native, 0, 16, words, actions, entries, NULL);
	predicomp_fault_region_close(r.native);
}

static void pins(struct pool *p)
{
	struct region r = region_open(p, 32 * 4096, 0);
	uint64_t address = (uint64_t)(uintptr_t)r.base;
	int zero = open("/dev/zero", O_RDONLY);
	fill(&r, 16);
	CHECK(evict(&r, 0, 16, 0) == 16);
	CHECK(read(zero, r.base, 2 * 4096) == -1 && errno == EFAULT); /* what pins are for */
	CHECK(predicomp_fault_pin(address + 4095, 2, 1) == 0);
	CHECK(evict(&r, 0, 16, 0) == 0 && state(&r, 0) == RES && state(&r, 1) == RES);
	CHECK(read(zero, r.base, 2 * 4096) == 2 * 4096 && *at(&r, 1, 5) == 0);
	CHECK(predicomp_fault_unpin(address + 4095, 2) == 0);
	CHECK(evict(&r, 0, 16, 0) == 2 && kind(&r, 1) == SAME);
	CHECK(predicomp_fault_pin(address + 20 * 4096, 4096, 1) == 0); /* never touched */
	CHECK(read(zero, r.base + 20 * 4096, 4096) == 4096);
	CHECK(predicomp_fault_unpin(address + 20 * 4096, 4096) == 0);
	/* A read-only pin keeps the copy; a writable one beside it drops it. */
	predicomp_fault_pool_keep(p->native, 1);
	CHECK(predicomp_fault_pin(address + 8 * 4096, 1, 0) == 0 && state(&r, 8) == RES_CLEAN);
	CHECK(predicomp_fault_pin(address + 8 * 4096, 1, 1) == 0 && state(&r, 8) == RES);
	CHECK(read(zero, r.base + 8 * 4096, 8) == 8);
	for (int i = 2; i < 65535; i++)
		CHECK(predicomp_fault_pin(address + 8 * 4096, 1, 1) == 0);
	CHECK(predicomp_fault_pin(address + 7 * 4096, 4097, 1) == -EOVERFLOW);
	CHECK((atomic_load(&r.pages[7].word) >> 8 & 0xffff) == 0); /* all or nothing */
	for (int i = 0; i < 65535; i++)
		predicomp_fault_unpin(address + 8 * 4096, 1);
	CHECK(evict(&r, 8, 1, 0) == 1);
	/* Pins abort an eviction in progress. */
	uint64_t words[1], entries[1] = {0};
	uint8_t actions[1] = {ACT_SAME};
	*at(&r, 8, 0) = 3;
	CHECK(predicomp_fault_begin(r.native, 8, 1, words) == 1);
	CHECK(predicomp_fault_pin(address + 8 * 4096, 1, 1) == 0);
	predicomp_fault_commit(r.native, 8, 1, words, actions, entries, NULL);
	CHECK(actions[0] == OUT_RESCUED && *at(&r, 8, 0) == 3);
	predicomp_fault_unpin(address + 8 * 4096, 1);
	CHECK(predicomp_fault_pin(address + 32 * 4096, 1, 1) == -ENOENT);
	predicomp_fault_pool_keep(p->native, 0);
	close(zero);
	predicomp_fault_region_close(r.native);
}

static void failures(struct pool *p)
{
	struct region r = region_open(p, 16 * 4096, 0);
	fill(&r, 16);
	fail_next(CALL_REGISTER, 1, -ENOMEM);
	CHECK(evict(&r, 0, 16, 0) == -ENOMEM);
	fail_next(CALL_PROTECT, 1, -ENOMEM);
	CHECK(evict(&r, 0, 16, 0) == 0 && state(&r, 0) == RES);
	fail_next(CALL_PROTECT, 1, -ENOMEM);
	fail_next(CALL_UNPROTECT, 1, -ENOMEM);
	CHECK(evict(&r, 0, 16, 0) == 0);
	fail_next(CALL_DISCARD, 17, -EINVAL); /* the run, then each page */
	CHECK(evict(&r, 0, 16, 0) == 0 && state(&r, 15) == RES && in_memory(&r, 15));
	check(&r, 16);
	fail_next(CALL_DISCARD, 1, -EINVAL); /* the run only */
	CHECK(evict(&r, 0, 16, 0) == 16);
	fail_next(CALL_COPY, 3, -ENOMEM); /* a cgroup at its limit */
	CHECK(*at(&r, 0, 1) == 1 && state(&r, 0) == RES);
	fail_next(CALL_COPY, 3, -EAGAIN);
	CHECK(*at(&r, 1, 1) == ((uint64_t)1 << 32 | 1));
	fail_next(CALL_COPY, 1, -ENOMEM);
	CHECK(predicomp_fault_restore((uint64_t)(uintptr_t)r.base + 2 * 4096, 1, 0) == -ENOMEM);
	CHECK(state(&r, 2) == COMP);
	check(&r, 16);
	predicomp_fault_pool_keep(p->native, 1);
	CHECK(evict(&r, 0, 16, 0) == 16);
	check(&r, 16);
	fail_next(CALL_UNPROTECT, 3, -ENOMEM);
	*at(&r, 1, 0) = (uint64_t)1 << 32;
	CHECK(state(&r, 1) == RES);
	predicomp_fault_pool_keep(p->native, 0);
	struct region fresh = region_open(p, 16 * 4096, 0);
	*at(&fresh, 0, 0) = 1;
	CHECK(evict(&fresh, 0, 1, 0) == 1);
	fail_next(CALL_ZERO, 2, -ENOMEM);
	CHECK(*at(&fresh, 3, 0) == 0);
	check(&r, 16);
	predicomp_fault_region_close(fresh.native);
	predicomp_fault_region_close(r.native);
}

/* A block of two or three words in turn is the page that repeats them; any other length is corrupt. */
static void patterns(struct pool *p)
{
	struct region r = region_open(p, 4 * 4096, 0);
	uint8_t block[32];

	CHECK(predicomp_fault_pool_codec(p->native, 2, CODEC_PATTERN, 0, 0, 0) == 0);
	for (uint32_t length = 16; length <= 32; length += 8) {
		uint64_t page = length / 8 - 2, words[4] = {1, 2, 3, 4}, n = length / 8;
		memcpy(block, words, sizeof block);
		for (uint32_t i = 0; i < length; i++)
			block[i] ^= (uint8_t)dictionary[i % sizeof dictionary]; /* store_by does so again */
		uint64_t entry = store_by(p, block, length, 2);
		int slot = fault_claim_scratch();
		int result = fault_decode(r.native, page, entry, slot);
		CHECK(result == (length <= 24 ? 0 : -EIO));
		for (uint64_t i = 0; length <= 24 && i < 512; i++)
			CHECK(((uint64_t *)(void *)fault_scratch(slot))[i] == i % n + 1);
		fault_release_scratch(slot);
		release(p, entry);
	}
	predicomp_fault_region_close(r.native);
}

/* As TransparentRegion.java exchanges a block for a denser one; 1 if it did. */
static int recompress(struct region *r, uint64_t page)
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

static void evidence(struct pool *p)
{
	struct region r = region_open(p, 64 * 4096, 0);
	struct fault_pool *native = p->native;
	_Atomic uint32_t *stamps = r.native->stamps;
	uint64_t written = atomic_load(&native->needs_written);

	fill(&r, 64);
	predicomp_fault_pool_epoch(native, 7);
	CHECK(evict(&r, 0, 64, 0) == 64);
	for (int c = 0; c < 4; c++)
		CHECK(atomic_load(&stamps[c]) == 0);
	CHECK(*at(&r, 17, 0) == (uint64_t)17 << 32);
	CHECK(atomic_load(&stamps[1]) == 7 && atomic_load(&stamps[0]) == 0);
	CHECK(atomic_load(&native->needs_written) == written + 1);
	CHECK((atomic_load(&native->needs[written % NEEDS]) & (((uint64_t)1 << 41) - 1)) == FIRST_PAGE + 17);
	predicomp_fault_pool_epoch(native, 8);
	CHECK(predicomp_fault_restore((uint64_t)(uintptr_t)r.base, 16 * 4096, 1) == 16);
	CHECK(atomic_load(&stamps[0]) == 0); /* what is brought back for nobody is no use of it */
	*at(&r, 3, 0) = 1;                   /* a clean page that is written is one */
	CHECK(atomic_load(&stamps[0]) == 8 && atomic_load(&native->needs_written) == written + 1);
	CHECK(predicomp_fault_pin((uint64_t)(uintptr_t)r.base + 40 * 4096, 1, 0) == 0);
	CHECK(atomic_load(&stamps[2]) == 8 && atomic_load(&stamps[3]) == 0);
	predicomp_fault_unpin((uint64_t)(uintptr_t)r.base + 40 * 4096, 1);
	predicomp_fault_pool_epoch(native, 0);
	predicomp_fault_region_close(r.native);
}

static void denser(struct pool *p)
{
	struct region r = region_open(p, 16 * 4096, 0);
	fill(&r, 16);
	uint64_t before = atomic_load(&p->native->dropped[1].pages);
	CHECK(evict(&r, 0, 16, 0) == 16);
	CHECK(recompress(&r, 2) == 1 && recompress(&r, 2) == 0 && recompress(&r, 3) == 1);
	predicomp_fault_pool_keep(p->native, 1);
	check(&r, 16);
	CHECK(state(&r, 2) == RES_CLEAN && recompress(&r, 2) == 0);
	*at(&r, 2, 0) = 5;
	CHECK(atomic_load(&p->native->dropped[1].pages) == before + 1);
	CHECK(atomic_load(&p->native->dropped[1].bytes) == (before + 1) * 4096);
	CHECK(evict(&r, 0, 16, 0) == 16 && *at(&r, 2, 0) == 5);
	predicomp_fault_pool_keep(p->native, 0);
	predicomp_fault_region_close(r.native);
	CHECK(atomic_load(&p->native->dropped[1].pages) == before + 2);
}

static void blocks_move(struct pool *p)
{
	struct region r = region_open(p, 4096, 0);
	fill(&r, 1);
	CHECK(evict(&r, 0, 1, 0) == 1);
	uint64_t w = atomic_load(&r.pages[0].word), old = r.pages[0].entry;
	uint8_t content[4096];
	for (int i = 0; i < 4096; i++)
		content[i] = p->memory[(old & 0xffffffffff) * 16 + 8 + i] ^ 0x5a;
	uint64_t moved = store(p, content, 4096);
	CHECK(predicomp_fault_swap(r.native, 0, w + ((uint64_t)1 << 24), moved) == 0);
	CHECK(predicomp_fault_swap(r.native, 0, w, moved) == 1);
	release(p, old);
	check(&r, 1);
	CHECK(predicomp_fault_swap(r.native, 0, w, moved) == 0);
	predicomp_fault_region_close(r.native);
}

static void corruption(struct pool *p)
{
	struct region r = region_open(p, 4096, 1);
	fill(&r, 1);
	CHECK(evict(&r, 0, 1, 12345) == 1);
	CHECK(predicomp_fault_restore((uint64_t)(uintptr_t)r.base, 1, 0) == -EIO);
	CHECK(state(&r, 0) == COMP && counter(&r, CORRUPT) == 1);
	predicomp_fault_region_close(r.native);
}

static void others_faults_pass(struct pool *p)
{
	struct region r = region_open(p, 4096, 0);
	volatile char *gone = (char *)r.base;
	int file = memfd_create("truncated", 0);
	CHECK(ftruncate(file, 4096) == 0);
	volatile char *mapped = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
	CHECK(ftruncate(file, 0) == 0);
	if (sigsetjmp(escaped, 1) == 0) {
		(void)*mapped;
		CHECK(!"reading behind the end of a file");
	}
	if (sigsetjmp(escaped, 1) == 0) {
		raise(SIGBUS);
		CHECK(!"the signal was swallowed");
	}
	predicomp_fault_region_close(r.native);
	CHECK(platform_find((uint64_t)(uintptr_t)gone) == NULL);
}

static void large_pages(void)
{
	struct pool p;
	pool_open(&p, 16384, 64);
	struct region r = region_open(&p, 8 * 16384, 0);
	fill(&r, 3);
	*at(&r, 5, 600) = 77; /* one of its four system pages */
	CHECK(evict(&r, 0, 8, 0) == 4);
	CHECK(*at(&r, 5, 600) == 77 && *at(&r, 5, 0) == 0 && *at(&r, 5, 2047) == 0);
	check(&r, 3);
	predicomp_fault_region_close(r.native);
	pool_close(&p);
}

static int64_t in_memory_bytes(struct region *r)
{
	int64_t pages = 0;
	for (uint64_t p = 0; p < r->native->bytes / 4096; p++)
		pages += in_memory(r, p);
	return pages * 4096;
}

/* What is entered is what is in memory, whatever happens to a page; a fault that finds no room asks. */
static void budget(void)
{
	struct fault_ledger ledger = {0};
	struct pool p;

	pool_open(&p, 4096, 512);
	predicomp_fault_pool_budget(p.native, &ledger, 47 * 4096, 64 * 4096);
	struct region r = region_open(&p, 128 * 4096, 0);
	*at(&r, 0, 0) = 1; /* a cluster */
	CHECK(ledger.held == 16 * 4096 && in_memory_bytes(&r) == 16 * 4096);
	CHECK(*at(&r, 17, 0) == 0);
	fill(&r, 40); /* no room for a third cluster's pages but those touched */
	CHECK(ledger.held == 40 * 4096 && in_memory_bytes(&r) == 40 * 4096);
	CHECK(evict(&r, 0, 32, 0) == 32 && ledger.held == 8 * 4096);
	fail_next(CALL_DISCARD, 9, -EINVAL);
	CHECK(evict(&r, 32, 8, 0) == 0 && ledger.held == 8 * 4096);
	fail_next(CALL_COPY, 2, -ENOMEM);
	check(&r, 40);
	fail_next(CALL_COPY, 1, -ENOMEM);
	CHECK(evict(&r, 0, 16, 0) == 16);
	CHECK(predicomp_fault_restore((uint64_t)(uintptr_t)r.base, 16 * 4096, 0) == -ENOMEM);
	CHECK(ledger.held == 24 * 4096 && predicomp_fault_restore((uint64_t)(uintptr_t)r.base, 16 * 4096, 0) == 16);
	CHECK(ledger.held == 40 * 4096 && in_memory_bytes(&r) == 40 * 4096 && counter(&r, BUDGET_WAITS) == 0);
	/* Without a keeper the first who finds no room waits, the others go on. */
	for (int i = 64; i < 128; i++)
		*at(&r, i, 0) = 1;
	CHECK(ledger.held == 104 * 4096 && ledger.highest == ledger.held);
	CHECK(counter(&r, BUDGET_WAITS) == 1 && counter(&r, BUDGET_OVERSHOOTS) == 40);
	CHECK(predicomp_fault_pool_asked(p.native, 0, 1000) == 58);
	predicomp_fault_pool_served(p.native, 1);
	CHECK(evict(&r, 40, 64, 0) == 40);
	*at(&r, 50, 0) = 1;
	CHECK(counter(&r, BUDGET_WAITS) == 2);
	predicomp_fault_region_close(r.native);
	CHECK(ledger.held == 0 && ledger.highest == 104 * 4096);
	pool_close(&p);
}

static void unit(void)
{
	struct pool p;
	pool_open(&p, 4096, 512);
	leaves_and_comes_back(&p);
	clean_copies(&p);
	same_filled_and_fresh(&p);
	writers_abort(&p);
	pins(&p);
	failures(&p);
	evidence(&p);
	denser(&p);
	blocks_move(&p);
	corruption(&p);
	patterns(&p);
	others_faults_pass(&p);
	large_pages();
	budget();
	/* Every block came back exactly once. */
	drain_freed(&p);
	CHECK(p.vacancies == p.used);
	pool_close(&p);
	puts("unit: ok");
}

/* ---- the write storm ------------------------------------------------------------------------- */

enum { WRITERS = 2, OWN = 8 };

struct storm {
	struct region region;
	struct fault_ledger ledger;
	uint64_t pages;
	int evictors;
	_Atomic int stop;
	_Atomic uint64_t writes, evictions, recompressions, bad, turn;
};

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

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

static int storm(const char *name, double seconds, uint64_t pages, int evictors, int hold_up, uint64_t room)
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
	widened = hold_up;
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
	widened = 0;
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

/* ---- the limit ------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

/* What no protocol can beat: LZ4 straight into a page the kernel has to fill first. */
static int limit(const char *library, uint64_t pages)
{
	void *lz4 = dlopen(library, RTLD_NOW);
	CHECK(lz4 || !fprintf(stderr, "%s\n", dlerror()));
	int (*compress)(const char *, char *, int, int, int);
	int (*decompress)(const char *, char *, int, int);
	*(void **)&compress = dlsym(lz4, "LZ4_compress_fast");
	*(void **)&decompress = dlsym(lz4, "LZ4_decompress_safe");
	CHECK(compress && decompress && pages > 0);

	char *memory = mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *blocks = malloc(pages * 4096);
	int *lengths = calloc(pages, sizeof *lengths);
	uint64_t *nanos = calloc(pages, sizeof *nanos), seed = 12345, original = 0, stored = 0;
	CHECK(memory != MAP_FAILED && blocks && lengths && nanos);
	madvise(memory, pages * 4096, MADV_NOHUGEPAGE);
	for (uint64_t p = 0; p < pages; p++) {
		char *to = memory + p * 4096;
		for (int i = 0; i < 4096; i += 64)
			snprintf(to + i, 64, "{\"id\":%08llu,\"name\":\"user-%06llu\",\"active\":true,\"x\":%02u}",
				 (unsigned long long)(next_random(&seed) % 100000000),
				 (unsigned long long)(seed >> 20 & 0xfffff), (unsigned)i / 64 % 100);
		lengths[p] = compress(to, blocks + p * 4096, 4096, 4096, 1);
		CHECK(lengths[p] > 0);
		original += 4096;
		stored += (uint64_t)lengths[p];
	}
	CHECK(madvise(memory, pages * 4096, MADV_DONTNEED) == 0);
	for (uint64_t i = 0; i < pages; i++) {
		/* An odd stride visits every page of a power of two, far from the last one. */
		uint64_t p = (i * 2654435761u) % pages, start = platform_nanos();
		CHECK(decompress(blocks + p * 4096, memory + p * 4096, lengths[p], 4096) == 4096);
		nanos[i] = platform_nanos() - start;
	}
	qsort(nanos, pages, sizeof *nanos, by_value);
	printf("limit: lz4 into a discarded page, %llu pages, ratio %.2f, p50 %llu ns, p90 %llu ns, p99 "
	       "%llu ns\n",
	       (unsigned long long)pages, (double)original / (double)stored,
	       (unsigned long long)nanos[pages / 2], (unsigned long long)nanos[pages * 9 / 10],
	       (unsigned long long)nanos[pages * 99 / 100]);
	return 0;
}

int main(int count, char **arguments)
{
	const char *mode = count > 1 ? arguments[1] : "";
	struct sigaction before = {.sa_handler = escape, .sa_flags = SA_NODEFER};

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(mode, "limit") == 0 && count == 4)
		return limit(arguments[2], strtoull(arguments[3], NULL, 10));
	sigaction(SIGBUS, &before, NULL);
	int error = predicomp_fault_open();
	if (error) {
		printf("skipped: userfaultfd: %s\n", strerror(-error));
		return 77;
	}
	if (strcmp(mode, "unit") == 0) {
		unit();
		return 0;
	}
	if (strcmp(mode, "storm") == 0 && count == 4) {
		double seconds = atof(arguments[2]) / 4;
		uint64_t pages = strtoull(arguments[3], NULL, 10);
		return storm("storm", seconds, pages, 2, 0, pages) |
		       storm("storm, held up", seconds, pages, 1, 1, pages) |
		       storm("storm, held up", seconds, pages, 2, 1, pages) |
		       storm("storm, room for half", seconds, pages, 2, 0, pages / 2);
	}
	if (strcmp(mode, "control") == 0 && count == 5) {
		const char *name = arguments[2];
		fault_test_broken = strcmp(name, "no-protection") == 0   ? NO_PROTECTION
				    : strcmp(name, "no-generation") == 0 ? NO_GENERATION
				    : strcmp(name, "clean-unprotected") == 0 ? CLEAN_UNPROTECTED
				    : strcmp(name, "stale-swap") == 0 ? STALE_SWAP : 0;
		if (fault_test_broken)
			return storm(name, atof(arguments[3]), strtoull(arguments[4], NULL, 10), 2, 1,
				     strtoull(arguments[4], NULL, 10));
	}
	fprintf(stderr, "usage: fault_test unit | storm SECONDS PAGES | control "
			"no-protection|no-generation|clean-unprotected|stale-swap SECONDS PAGES | limit LIBLZ4 PAGES\n");
	return 2;
}
