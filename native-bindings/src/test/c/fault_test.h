/* What the tests of the fault kernel share. */
#ifndef PREDICOMP_FAULT_TEST_H
#define PREDICOMP_FAULT_TEST_H

#include "fault_platform.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

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

/* ---- a pool: slots of one size, freed as CompressedPool frees --------------------------------- */

enum { FIRST_PAGE = 1000, SLOT = 65552, SMALL_SLOT = 4112 };

struct pool {
	struct fault_pool *native;
	uint8_t *memory;
	uint64_t slot, slots, used, *vacant, vacancies;
	pthread_mutex_t lock;
};

enum { DICTIONARY_BYTES = 39 };
extern const char dictionary[DICTIONARY_BYTES];

void pool_open(struct pool *p, uint32_t page_bytes, uint64_t slots);
void pool_close(struct pool *p);
uint64_t pool_freed(struct pool *p);
void drain_freed(struct pool *p);
uint64_t store_plain(struct pool *p, const uint8_t *payload, uint32_t length);
uint64_t store_by(struct pool *p, const uint8_t *content, uint32_t length, unsigned codec);
uint64_t store(struct pool *p, const uint8_t *content, uint32_t length);
void release(struct pool *p, uint64_t entry);

/* ---- a region and its evictor ---------------------------------------------------------------- */

struct region {
	struct pool *pool;
	struct fault_region *native;
	uint8_t *base;
	struct fault_page *pages;
};

struct region region_open(struct pool *p, uint64_t bytes, int sums);
void copy_page(uint64_t *to, const uint8_t *from, uint32_t bytes);
int evict(struct region *r, uint64_t first, uint64_t n, uint32_t sum);
int recompress(struct region *r, uint64_t page);
unsigned state(struct region *r, uint64_t page);
unsigned kind(struct region *r, uint64_t page);
uint64_t counter(struct region *r, enum fault_counter c);
int in_memory(struct region *r, uint64_t page);
int64_t in_memory_bytes(struct region *r);
volatile uint64_t *at(struct region *r, uint64_t page, uint64_t i);
void fill(struct region *r, uint64_t pages);
void check(struct region *r, uint64_t pages);

/* ---- the tests ------------------------------------------------------------------------------- */

/* Whether steps are held up; lets the next calls of the kernel fail. */
extern int fault_test_widened;
void fail_next(enum fault_call call, int times, int error);
/* One call fails, after so many that do not. */
void fail_after(enum fault_call call, int spare, int error);
uint64_t next_random(uint64_t *seed);

void unit(void);
void opening(struct pool *p);
int storm(const char *name, double seconds, uint64_t pages, int evictors, int hold_up, uint64_t room);
int limit(const char *library, uint64_t pages);
int faults(uint64_t pages);
int restores(const char *library, uint64_t pages);
int squeeze(const char *how, uint64_t pages);
int die(const char *how);

#endif
