/*
 * Transparent mode: memory whose cold pages live compressed in a pool and come back under the
 * instruction that touches them. This file is the contract; fault_kernel.c keeps it.
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

enum fault_codec { CODEC_LZ4, CODEC_ZSTD };

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
	PROTECT_FAILED,   /* candidates that stayed because they could not be write-protected */
	ALREADY_THERE,    /* system pages that were in memory although their page was not */
	MEMORY_RETRIES,   /* times the kernel had no memory for a page */
	STALLS,           /* faults served */
	STALL_NANOS,      /* time they took, summed over threads */
	STALL_MAX_NANOS,  /* the longest */
	SOME_NANOS,       /* time during which at least one thread was in a fault */
	FAULT_COUNTERS
};

/* Durations by exponent and 64 steps within it: the middle of a step is within 0.8 %. */
enum { STALL_SUB = 128, STALL_BUCKETS = STALL_SUB * 32 };

enum {
	BATCH_PAGES = 64,          /* most pages of one begin and commit */
	CLUSTER_BYTES = 64 * 1024, /* populated at once when fresh memory is touched */
	SCRATCH_SLOTS = 32,        /* pages that can be restored at the same time, more wait */
	CODECS = 4,
	LARGEST_PAGE = 64 * 1024
};

/* A compressed arena: its pool, how to decompress, and what happened. */
struct fault_pool {
	uint64_t memory; /* where the pool lies; blocks as described in SlotHeader.java */
	uint32_t page_bytes;
	_Atomic uint32_t keep_copies; /* whether pages restored for reading keep their block */
	struct { uint64_t codec, function; } codecs[CODECS];
	uint64_t contexts[SCRATCH_SLOTS]; /* decompression contexts of Zstandard */
	uint8_t *scratch;
	_Atomic uint32_t scratch_taken; /* one bit per slot */
	_Atomic uint64_t stalled; /* threads in a fault (24 bits), since when (40 bits, of 64 ns) */
	_Atomic uint64_t counters[FAULT_COUNTERS];
	_Atomic uint64_t stalls[STALL_BUCKETS];
};

struct fault_page {
	_Atomic uint64_t word;
	uint64_t entry; /* BLOCK: codec 8 | length 16 | handle 40, as PageEntry.java; SAME: the word */
};

/* Contiguous pages. Lies at the start of one mapping with the pages' words and checksums. */
struct fault_region {
	struct fault_pool *pool;
	uint64_t base, bytes;
	uint64_t table_bytes;
	uint32_t page_bytes, page_shift;
	_Atomic uint32_t registered;
	uint32_t *checksums; /* or NULL */
	struct fault_page *pages;
};

#endif
