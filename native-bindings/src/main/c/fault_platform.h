/*
 * What the fault kernel asks of Linux and of the processor, and how it is found by address. Calls
 * return 0 or a count, or -errno.
 */
#ifndef PREDICOMP_FAULT_PLATFORM_H
#define PREDICOMP_FAULT_PLATFORM_H

#include "fault_kernel.h"

/* What is known of a fault; both ABSENT and PRESENT where the processor's word is missing. */
enum { ACCESS_WRITE = 1, ACCESS_ABSENT = 2, ACCESS_PRESENT = 4 };

uint64_t platform_page_bytes(void);

/* UFFDIO_COPY: fills absent memory; may fill a part. */
int64_t platform_copy(uint64_t to, const uint8_t *from, uint64_t bytes, int protect);
/* Zeros wherever the range is absent, as far as that succeeds; returns bytes that were absent. */
uint64_t platform_zero(uint64_t at, uint64_t bytes, int write);
/* UFFDIO_WRITEPROTECT, on or off. */
int platform_protect(uint64_t at, uint64_t bytes, int on);
/* UFFDIO_REGISTER, missing and write-protect. */
int platform_register(uint64_t at, uint64_t bytes);
/* MADV_DONTNEED. */
int platform_discard(uint64_t at, uint64_t bytes);
/*
 * UFFDIO_POISON, on memory that was discarded and that platform_copy will fill: a write to it is told of
 * at once. On an unmarked page the kernel first allocates and zeroes a page, and throws it away.
 * Only where platform_marks says so, and as far as it succeeds.
 */
void platform_mark(uint64_t at, uint64_t bytes);
int platform_marks(void);

/* Private zeroed memory that no child inherits; NULL and errno. */
void *platform_map(uint64_t bytes);
/*
 * Where the process has as many mappings as it may have, unmapping can take one more, because the
 * kernel joins neighbours: then the memory goes back, and the addresses are lost.
 */
void platform_unmap(uint64_t at, uint64_t bytes);

/* Sleeps until woken, while the low half is that, for so long at most. */
void platform_wait(_Atomic uint64_t *word, uint32_t low_half, uint64_t nanos);
void platform_wake(_Atomic uint64_t *word);
void platform_yield(void);
uint32_t platform_thread(void);
/* Whether a thread of this process runs, or would if it had a processor. */
int platform_is_runnable(uint32_t thread);
void platform_sleep(void);
uint64_t platform_nanos(void);

/* Ends the process: what else could keep a lost page from being read? */
_Noreturn void platform_die(const char *what, uint64_t where, int error);
/* The watchdog: a fault that changed nothing. Dies of too many in a row at one address. */
void platform_watch(uint64_t address);

/* Between these, what platform_find returns stays valid. They nest. */
unsigned platform_enter(void);
void platform_leave(unsigned phase);
struct fault_region *platform_find(uint64_t address);

/* Puts the handler in front of the one that was there. */
int platform_install(void);

/* Called by the handler, between platform_enter and platform_leave. */
int fault_resolve(uint64_t address, unsigned access);
/* Makes room to decode. */
int fault_open_scratch(void);

static inline void platform_pause(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/*
 * For tests: places at which a run may be held up, calls of the kernel that may be made to fail, and
 * ways to break the protocol. Nothing of it is in the library.
 */
enum fault_point {
	AT_CLOSING, AT_COMPRESSING, AT_COMMIT, AT_DISCARDED, AT_DECODED, AT_UNPROTECTING, AT_SWAPPING
};
enum fault_call { CALL_COPY, CALL_ZERO, CALL_PROTECT, CALL_UNPROTECT, CALL_REGISTER, CALL_DISCARD, CALL_MARK,
	CALL_MAP, CALL_UNMAP
};
enum fault_break { NO_PROTECTION = 1, NO_GENERATION = 2, CLEAN_UNPROTECTED = 4, STALE_SWAP = 8 };

#ifdef FAULT_TEST
void fault_test_hook(enum fault_point point);
int fault_test_fail(enum fault_call call);
extern unsigned fault_test_broken;
#define FAULT_HOOK(point) fault_test_hook(point)
#define FAULT_FAIL(call) fault_test_fail(call)
#define FAULT_BROKEN(how) (fault_test_broken & (how))
#else
#define FAULT_HOOK(point) ((void)0)
#define FAULT_FAIL(call) 0
#define FAULT_BROKEN(how) 0
#endif

#endif
