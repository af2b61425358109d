/*
 * Transparent mode: memory whose cold pages live compressed in a pool and come back under the
 * instruction that touches them. This file is the contract, and these keep it:
 *
 *   fault_handler.c    what a fault does, and what it leaves behind for those who predict
 *   fault_page.c       bringing a page back, making it writable, zeros for a fresh one
 *   fault_evict.c      taking pages out of memory; exchanging a block
 *   fault_span.c       ranges: restore, pin, unpin
 *   fault_block.c      blocks of the pool: decoding and freeing
 *   fault_budget.c     what pages take of the arena's budget
 *   fault_region.c     pools and regions: opening, closing, finding by address
 *   fault_platform.c   the calls of the kernel
 *   fault_signal.c     the signal
 *
 * One word per page says where its content is; every transition is a compare-and-set, or by its
 * holder an exchange, of the whole word.
 *
 *   63                              24 23        8  7     6      5   4  3    0
 *  +----------------------------------+-----------+---+------+--------+-------+
 *  |            generation            |   pins    | 0 | WAIT |  kind  | state |
 *  +----------------------------------+-----------+---+------+--------+-------+
 *
 *  generation  grows whenever an eviction begins, so that an evictor that was aborted never takes
 *              a later eviction of the page for its own
 *  pins        how many want the page in memory; a page with pins is not evicted
 *  WAIT        somebody sleeps on the word: whoever leaves a state marked * below wakes them
 *  kind        what the page's entry holds:
 *                NONE nothing · BLOCK a block of the pool · SAME the word that fills the page ·
 *                REJECTED nothing, as the page did not compress and was not written since
 *
 *        begin            protect           commit                 discard
 *   RES ───────► CLOSING* ───────► CPRS ──────────────► DROP* ─────────────► COMP
 *    ▲ ▲                            │ ▲ │ not stored                          │ touch
 *    │ │          a writer, a pin   │ │ ▼                  read, copy kept    ▼
 *    │ └───── UNWP* ◄───────────────┘ RES_CLEAN ◄──────────────────────────  REST*
 *    │          ▲        a writer         │                                   │
 *    │          └─────────────────────────┘                                   │
 *    └────────────────────────────────────────────────────────────────────────┘ write
 *
 *  RES        in memory and writable, or never touched
 *  RES_CLEAN  in memory, write-protected, equal to its entry (or REJECTED, or with none)
 *  CPRS       as RES_CLEAN, being copied and compressed: any fault on it takes it back. The only
 *             state between others that may outlive a native call, because nobody waits for it
 *  COMP       not in memory; content in the entry
 *  CLOSED     the region is being unmapped: faults are not ours any more
 *  *          held by one thread, inside one native call or the handler; others wait
 *
 * A page is protected in CLOSING only and unprotected in UNWP only, so neither can land late.
 */
#ifndef PREDICOMP_FAULT_KERNEL_H
#define PREDICOMP_FAULT_KERNEL_H

#include <stdatomic.h>
#include <stdint.h>

enum fault_state { RES, RES_CLEAN, CLOSING, CPRS, DROP, COMP, REST, UNWP, CLOSED };
enum fault_kind { NONE, BLOCK, SAME, REJECTED };

/* What commit is to do with a page that began; Java has the same numbers. */
enum fault_action { ACT_ABORT, ACT_CLEAN, ACT_BLOCK, ACT_SAME, ACT_REJECT };
/* What commit did. Only of RESCUED pages does the caller still own the block. */
enum fault_outcome { OUT_NONE, OUT_DEMOTED, OUT_RESCUED, OUT_DISCARD_FAILED, OUT_KEPT };

enum fault_codec { CODEC_LZ4, CODEC_ZSTD, CODEC_LZ4_DICTIONARY, CODEC_PATTERN };

/* Counters of a pool, in this order in Java too; since it was opened. */
enum fault_counter {
	DEMAND_RESTORES,  /* pages brought back because they were touched */
	RESCUES,          /* evictions that a fault or a pin aborted */
	WRITE_FAULTS,     /* clean pages that were written */
	ZERO_FILLS,       /* faults on pages never touched before */
	COPIES_KEPT,      /* restored pages that kept their block */
	COPIES_DROPPED,   /* blocks of pages in memory that were freed */
	CORRUPT,          /* restores that gave something else than one page with its checksum */
	KEPT_PINNED,      /* candidates that stayed because of a pin */
	MEMORY_RETRIES,   /* times the kernel had no memory for a page */
	SOME_NANOS,       /* time during which at least one thread was in a fault */
	BUDGET_WAITS,     /* faults that waited for room in the budget */
	BUDGET_OVERSHOOTS,/* pages they took beyond it, because there was none */
	WRITE_RESTORES,   /* of the demand restores, those for a write */
	FAULT_COUNTERS
};

/* Durations by exponent and 64 steps within it: the middle of a step is within 0.8 %. */
enum { STALL_SUB = 128, STALL_BUCKETS = STALL_SUB * 32 };

enum {
	BATCH_PAGES = 64,          /* most pages of one begin and commit */
	CLUSTER_BYTES = 64 * 1024, /* populated at once when fresh memory is touched */
	SCRATCH_SLOTS = 32,        /* pages that can be restored at the same time, more wait */
	CODECS = 64,
	NEEDS = 1 << 15,           /* the latest faults on absent pages */
	LARGEST_PAGE = 64 * 1024
};

/* How blocks with one codec number are decompressed. */
struct fault_decoder {
	uint64_t codec, function;
	uint64_t dictionary, dictionary_bytes; /* CODEC_LZ4_DICTIONARY */
};

enum fault_keeper { AT_WORK, ASLEEP, FOUND_NOTHING };

/* What pages in memory and pool take of an arena's budget, in bytes, as BudgetLedger.java. */
struct fault_ledger {
	_Atomic int64_t held, highest;
};

/* A compressed arena: its pool, how to decompress, and what happened. */
struct fault_pool {
	uint64_t memory; /* where the pool lies; blocks as described in SlotHeader.java */
	uint32_t page_bytes;
	_Atomic uint32_t keep_copies; /* whether pages restored for reading keep their block */
	_Atomic uint32_t epoch; /* what a fault stamps its cluster with; Java counts it up */
	struct fault_decoder decoders[CODECS];
	struct fault_ledger *ledger; /* NULL: there is no budget */
	int64_t admission, limit;    /* bytes that faults may enter up to; the budget */
	_Atomic uint64_t asked, served; /* for room; by the keeper. Slept on */
	_Atomic uint32_t keeper, keeper_thread; /* how it was seen last */
	_Atomic uint64_t stalled; /* threads in a fault (24 bits), since when (40 bits, of 64 ns) */
	/* Java reads from here on. */
	_Atomic uint64_t counters[FAULT_COUNTERS];
	_Atomic uint64_t stalls[STALL_BUCKETS];
	struct { _Atomic uint64_t pages, bytes; } dropped[CODECS]; /* blocks freed here; not of codec 0 */
	_Atomic uint64_t needs[NEEDS]; /* a ring of demand restores, as NeedLog.java: time 23 of 2^14 ns | write | page 40 */
};

struct fault_page {
	_Atomic uint64_t word;
	uint64_t entry; /* BLOCK: 2 bits | codec 6 | length 16 | handle 40, as PageEntry.java; SAME: the word */
};

/* Contiguous pages. Lies at the start of one mapping with all its tables. */
struct fault_region {
	struct fault_pool *pool;
	uint64_t base, bytes;
	uint64_t table_bytes;
	uint32_t page_bytes, page_shift;
	uint64_t first_page; /* number of page 0 among all pages of the arena */
	_Atomic uint32_t registered;
	_Atomic int64_t entered; /* bytes in the ledger */
	struct fault_page *pages;
	uint32_t *checksums;      /* or NULL */
	_Atomic uint32_t *stamps; /* per cluster: the epoch in which a fault last told of its use */
};

#endif
