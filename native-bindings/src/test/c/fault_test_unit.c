/* Every transition, and every failure of the kernel, once. */
#define _GNU_SOURCE
#include "fault_test.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

sigjmp_buf fault_test_escaped;

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
	uint64_t writes = counter(&r, WRITE_RESTORES);
	*at(&r, 5, 1) = 8; /* a cold write: restored writable at once */
	CHECK(counter(&r, WRITE_RESTORES) == writes + 1);
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

/* Bit 62 of a page's entry in /proc/self/pagemap: it is neither in memory nor nothing. */
static int is_marked(struct region *r, uint64_t page)
{
	uint64_t entry = 0;
	int file = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	CHECK(file >= 0);
	CHECK(pread(file, &entry, 8, (off_t)((uint64_t)(uintptr_t)(r->base + page * 4096) / 4096 * 8)) == 8);
	close(file);
	return entry >> 62 & 1;
}

/* Absent pages carry a mark where the kernel is silent about it, and all that fills them takes no notice. */
static void marks(struct pool *p)
{
	struct region r = region_open(p, 16 * 4096, 0);
	fill(&r, 16);
	*at(&r, 9, 0) = 0;
	for (uint64_t i = 1; i < 512; i++)
		*at(&r, 9, i) = 0; /* a same-filled page */
	CHECK(evict(&r, 0, 16, 0) == 16);
	for (uint64_t page = 0; page < 16; page++)
		CHECK(is_marked(&r, page) == platform_marks() && !in_memory(&r, page));
	*at(&r, 3, 7) = 3;
	CHECK(*at(&r, 3, 7) == 3 && *at(&r, 3, 8) == ((uint64_t)3 << 32 | 8));
	CHECK(*at(&r, 9, 100) == 0);
	CHECK(predicomp_fault_restore((uint64_t)(uintptr_t)r.base + 4 * 4096, 1, 0) == 1);
	CHECK(!is_marked(&r, 3) && !is_marked(&r, 9) && !is_marked(&r, 4) && in_memory(&r, 4));
	fail_next(CALL_MARK, 2, -EAGAIN); /* pages 3 and 4, and page 9 */
	CHECK(evict(&r, 0, 16, 0) == 3 && !is_marked(&r, 3) && !is_marked(&r, 9));
	*at(&r, 3, 7) = (uint64_t)3 << 32 | 7;
	for (uint64_t i = 0; i < 512; i++)
		*at(&r, 9, i) = (uint64_t)9 << 32 | i;
	check(&r, 16);
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

static void evidence(struct pool *p)
{
	struct region r = region_open(p, 64 * 4096, 0);
	struct fault_pool *native = p->native;
	_Atomic uint32_t *stamps = r.native->stamps;
	uint64_t written = atomic_load(&native->counters[DEMAND_RESTORES]);

	fill(&r, 64);
	predicomp_fault_pool_epoch(native, 7);
	CHECK(evict(&r, 0, 64, 0) == 64);
	for (int c = 0; c < 4; c++)
		CHECK(atomic_load(&stamps[c]) == 0);
	CHECK(*at(&r, 17, 0) == (uint64_t)17 << 32);
	CHECK(atomic_load(&stamps[1]) == 7 && atomic_load(&stamps[0]) == 0);
	CHECK(atomic_load(&native->counters[DEMAND_RESTORES]) == written + 1);
	CHECK((atomic_load(&native->needs[written % NEEDS]) & (((uint64_t)1 << 41) - 1)) == FIRST_PAGE + 17);
	predicomp_fault_pool_epoch(native, 8);
	CHECK(predicomp_fault_restore((uint64_t)(uintptr_t)r.base, 16 * 4096, 1) == 16);
	CHECK(atomic_load(&stamps[0]) == 0); /* what is brought back for nobody is no use of it */
	*at(&r, 3, 0) = 1;                   /* a clean page that is written is one */
	CHECK(atomic_load(&stamps[0]) == 8 && atomic_load(&native->counters[DEMAND_RESTORES]) == written + 1);
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
	if (sigsetjmp(fault_test_escaped, 1) == 0) {
		(void)*mapped;
		CHECK(!"reading behind the end of a file");
	}
	if (sigsetjmp(fault_test_escaped, 1) == 0) {
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

void unit(void)
{
	struct pool p;
	pool_open(&p, 4096, 512);
	leaves_and_comes_back(&p);
	clean_copies(&p);
	same_filled_and_fresh(&p);
	writers_abort(&p);
	pins(&p);
	marks(&p);
	failures(&p);
	opening(&p);
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

