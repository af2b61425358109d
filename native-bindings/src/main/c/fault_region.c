/* Pools and regions: finding by address; opening and closing, one caller at a time. */
#define _GNU_SOURCE
#include "fault_word.h"
#include "predicomp.h"

#include <errno.h>
#include <sched.h>
#include <sys/mman.h>

/*
 * Two levels over 48 bits of address, in steps of 2 MiB, of which a region occupies whole ones.
 * Leaves are never freed. mmap gives addresses above 47 bits on x86-64, above 48 on AArch64, to
 * those only who ask for them.
 */
enum { GRANULE_SHIFT = 21, LEAF_BITS = 13, ADDRESS_BITS = 48, TOP = 1 << 14, LEAF = 1 << LEAF_BITS };
#define GRANULE ((uint64_t)1 << GRANULE_SHIFT)

typedef _Atomic(struct fault_region *) region_slot;
static _Atomic(region_slot *) directory[TOP];

static struct {
	_Atomic int64_t inside;
	char apart[120];
} readers[2];
static _Atomic unsigned phase;

unsigned platform_enter(void)
{
	unsigned now = atomic_load(&phase) & 1;
	atomic_fetch_add(&readers[now].inside, 1);
	return now;
}

void platform_leave(unsigned entered)
{
	atomic_fetch_sub(&readers[entered].inside, 1);
}

/*
 * Returns when everybody has left who may have found what was unlinked before. Whoever enters after
 * a count was seen at zero cannot find it; the phase is flipped so that zero comes.
 */
static void drain(void)
{
	for (int i = 0; i < 2; i++) {
		unsigned old = atomic_fetch_xor(&phase, 1) & 1;
		while (atomic_load(&readers[old].inside) != 0)
			sched_yield();
	}
}

struct fault_region *platform_find(uint64_t address)
{
	if (address >> ADDRESS_BITS)
		return NULL;
	uint64_t granule = address >> GRANULE_SHIFT;
	region_slot *leaf = atomic_load(&directory[granule >> LEAF_BITS]);
	return leaf ? atomic_load(&leaf[granule & (LEAF - 1)]) : NULL;
}

static int link_region(uint64_t base, uint64_t bytes, struct fault_region *region)
{
	if ((base + bytes - 1) >> ADDRESS_BITS)
		return -ENOMEM;
	for (uint64_t at = base; at < base + bytes; at += GRANULE) {
		uint64_t granule = at >> GRANULE_SHIFT;
		region_slot *leaf = atomic_load(&directory[granule >> LEAF_BITS]);
		if (leaf == NULL) {
			if ((leaf = platform_map(LEAF * sizeof *leaf)) == NULL)
				return -errno;
			atomic_store(&directory[granule >> LEAF_BITS], leaf);
		}
		atomic_store(&leaf[granule & (LEAF - 1)], region);
	}
	return 0;
}

static void unlink_region(uint64_t base, uint64_t bytes)
{
	for (uint64_t at = base; at < base + bytes && !(at >> ADDRESS_BITS); at += GRANULE) {
		uint64_t granule = at >> GRANULE_SHIFT;
		region_slot *leaf = atomic_load(&directory[granule >> LEAF_BITS]);
		if (leaf)
			atomic_store(&leaf[granule & (LEAF - 1)], NULL);
	}
}

int fault_register(struct fault_region *r)
{
	if (r->registered)
		return 0;
	int error = platform_register(r->base, r->bytes);
	r->registered = error == 0;
	return error;
}

static uint64_t pages_up(uint64_t bytes)
{
	return (bytes + platform_page_bytes() - 1) / platform_page_bytes() * platform_page_bytes();
}

/* A pool without codecs; its address, or -errno. */
PREDICOMP_EXPORT int64_t predicomp_fault_pool_open(uint64_t memory, uint32_t page_bytes)
{
	struct fault_pool *pool = platform_map(pages_up(sizeof *pool));

	if (pool == NULL)
		return -errno;
	pool->memory = memory;
	pool->page_bytes = page_bytes;
	return (int64_t)(uintptr_t)pool;
}

/* Tells how blocks with that codec number are decompressed. While no page has such a block. */
PREDICOMP_EXPORT int predicomp_fault_pool_codec(struct fault_pool *pool, uint32_t number,
						uint32_t codec, uint64_t function,
						uint64_t dictionary, uint64_t dictionary_bytes)
{
	if (number >= CODECS)
		return -EINVAL;
	pool->decoders[number] = (struct fault_decoder){codec, function, dictionary, dictionary_bytes};
	return 0;
}

PREDICOMP_EXPORT void predicomp_fault_pool_keep(struct fault_pool *pool, uint32_t keep_copies)
{
	atomic_store(&pool->keep_copies, keep_copies);
}

/* What faults from now on stamp their clusters with. */
PREDICOMP_EXPORT void predicomp_fault_pool_epoch(struct fault_pool *pool, uint32_t epoch)
{
	atomic_store(&pool->epoch, epoch);
}

/*
 * Where the FAULT_COUNTERS counters lie; behind them the STALL_BUCKETS of the histogram, two words
 * for each of the CODECS and the ring of NEEDS; before them who is stalled.
 */
PREDICOMP_EXPORT uint64_t predicomp_fault_pool_counters(struct fault_pool *pool)
{
	_Static_assert(offsetof(struct fault_pool, needs) == offsetof(struct fault_pool, counters) +
			       (FAULT_COUNTERS + STALL_BUCKETS + 2 * CODECS) * 8,
		       "nothing lies between them");
	_Static_assert(offsetof(struct fault_pool, stalled) == offsetof(struct fault_pool, counters) - 8,
		       "it lies before them");
	return (uint64_t)(uintptr_t)&pool->counters[0];
}

/* After the last region of the pool was closed. */
PREDICOMP_EXPORT void predicomp_fault_pool_close(struct fault_pool *pool)
{
	drain();
	platform_unmap((uint64_t)(uintptr_t)pool, pages_up(sizeof *pool));
}

/*
 * Maps zeroed memory in the care of a pool. bytes is a multiple of the pool's page; first_page is
 * the number of its first page in the arena. Fills result with the addresses of the memory, of the
 * pages' words and of the clusters' stamps; returns the region's, or -errno.
 */
PREDICOMP_EXPORT int64_t predicomp_fault_region_open(struct fault_pool *pool, uint64_t bytes,
						     int checksums, uint64_t first_page,
						     uint64_t *result)
{
	uint64_t granules = (bytes + GRANULE - 1) / GRANULE * GRANULE;
	uint64_t pages = bytes / pool->page_bytes, head = (sizeof(struct fault_region) + 63) / 64 * 64;
	uint64_t clusters = (bytes + CLUSTER_BYTES - 1) / CLUSTER_BYTES;
	uint64_t table = pages_up(head + pages * (sizeof(struct fault_page) + (checksums ? 4 : 0)) +
				  clusters * 4);
	int error;

	if (bytes == 0 || bytes % pool->page_bytes != 0 || bytes >> (ADDRESS_BITS - 1))
		return -EINVAL;
	struct fault_region *region = platform_map(table);
	if (region == NULL)
		return -errno;
	/* Whole granules of address space, of which only what is asked for stays mapped. */
	uint8_t *memory = platform_map(granules + GRANULE);
	if (memory == NULL) {
		error = -errno;
		platform_unmap((uint64_t)(uintptr_t)region, table);
		return error;
	}
	uint64_t start = (uint64_t)(uintptr_t)memory, base = (start + GRANULE - 1) & ~(GRANULE - 1);
	if (base > start)
		platform_unmap(start, base - start);
	platform_unmap(base + bytes, start + granules + GRANULE - base - bytes);
	/* Locked memory cannot be discarded; after mlockall new mappings are locked. */
	munlock((void *)(uintptr_t)base, bytes);

	region->pool = pool;
	region->base = base;
	region->bytes = bytes;
	region->table_bytes = table;
	region->page_bytes = pool->page_bytes;
	region->page_shift = (uint32_t)__builtin_ctz(pool->page_bytes);
	region->pages = (struct fault_page *)((uint8_t *)region + head);
	region->checksums = checksums ? (uint32_t *)(region->pages + pages) : NULL;
	region->stamps = (_Atomic uint32_t *)(region->pages + pages) + (checksums ? pages : 0);
	region->first_page = first_page;
	error = link_region(base, bytes, region);
	/* A budget has to know of every page; what locking populated is none. */
	if (error == 0 && pool->ledger && (error = platform_discard(base, bytes)) == 0)
		error = fault_register(region);
	if (error != 0) {
		/* Whoever looks for pages of a region that lay here before may have found this one. */
		unlink_region(base, bytes);
		drain();
		platform_unmap(base, bytes);
		platform_unmap((uint64_t)(uintptr_t)region, table);
		return error;
	}
	result[0] = base;
	result[1] = (uint64_t)(uintptr_t)region->pages;
	result[2] = (uint64_t)(uintptr_t)region->stamps;
	return (int64_t)(uintptr_t)region;
}

/*
 * Gives a region's memory back: faults in flight are waited for, later ones are not ours. Nothing
 * may be pinned, and no eviction may be between begin and commit.
 */
PREDICOMP_EXPORT void predicomp_fault_region_close(struct fault_region *region)
{
	uint64_t base = region->base, bytes = region->bytes;

	fault_close_pages(region);
	unlink_region(base, bytes);
	drain();
	platform_unmap(base, bytes);
	fault_enter(region, -atomic_load(&region->entered));
	platform_unmap((uint64_t)(uintptr_t)region, region->table_bytes);
}
