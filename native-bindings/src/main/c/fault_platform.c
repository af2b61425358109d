/* Linux and processor under the fault kernel; opening and closing of pools and regions. */
#define _GNU_SOURCE
#include "fault_platform.h"
#include "predicomp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1 /* linux/userfaultfd.h, since 5.11 */
#endif
#define FEATURES (UFFD_FEATURE_SIGBUS | UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_EXACT_ADDRESS)

enum { WATCH_SLOTS = 64, WATCH_LIMIT = 1 << 16, WAIT_NANOS = 2000000, SLEEP_NANOS = 1000000 };

/* The kernel's own struct sigaction (asm/signal.h); the C library's has another order. */
struct kernel_sigaction {
	union {
		void (*with_info)(int, siginfo_t *, void *);
		void (*plain)(int);
	};
	unsigned long flags;
#if defined(__x86_64__)
	void (*restorer)(void);
#endif
	uint64_t mask;
};

static int descriptor = -1;
static uint64_t system_page = 4096;
static struct kernel_sigaction previous;
static uint8_t zeros[CLUSTER_BYTES]; /* not const, which would be 64 KiB in the file */

/* ---- the kernel ---------------------------------------------------------------------------- */

static int uffd(unsigned long request, void *argument)
{
	return ioctl(descriptor, request, argument) == 0 ? 0 : -errno;
}

uint64_t platform_page_bytes(void)
{
	return system_page;
}

int64_t platform_copy(uint64_t to, const uint8_t *from, uint64_t bytes, int protect)
{
	/* Nobody sleeps in the kernel for a page: faults are signals here. */
	struct uffdio_copy copy = {.dst = to, .src = (uint64_t)(uintptr_t)from, .len = bytes,
				   .mode = UFFDIO_COPY_MODE_DONTWAKE |
					   (protect ? UFFDIO_COPY_MODE_WP : 0)};
	int error = FAULT_FAIL(CALL_COPY);

	if (error == 0)
		error = uffd(UFFDIO_COPY, &copy);
	else
		copy.copy = 0;
	/* After a part the call fails with EAGAIN, and copy says how much. */
	return copy.copy > 0 ? copy.copy : error;
}

void platform_zero(uint64_t at, uint64_t bytes, int write)
{
	uint64_t end = at + bytes;

	while (at < end) {
		struct uffdio_zeropage zero = {.range = {.start = at, .len = end - at},
					       .mode = UFFDIO_ZEROPAGE_MODE_DONTWAKE};
		uint64_t most = end - at < sizeof zeros ? end - at : sizeof zeros;
		int64_t n = FAULT_FAIL(CALL_ZERO);
		if (n == 0 && write) {
			n = platform_copy(at, zeros, most, 0);
		} else if (n == 0) {
			n = uffd(UFFDIO_ZEROPAGE, &zero);
			n = zero.zeropage > 0 ? zero.zeropage : n;
		}
		if (n == -EEXIST)
			n = (int64_t)system_page;
		if (n < 0 && n != -EAGAIN)
			return;
		at += n > 0 ? (uint64_t)n : 0;
	}
}

int platform_protect(uint64_t at, uint64_t bytes, int on)
{
	struct uffdio_writeprotect request = {.range = {.start = at, .len = bytes},
					      .mode = on ? UFFDIO_WRITEPROTECT_MODE_WP
							 : UFFDIO_WRITEPROTECT_MODE_DONTWAKE};
	int error = FAULT_FAIL(on ? CALL_PROTECT : CALL_UNPROTECT);

	return error ? error : uffd(UFFDIO_WRITEPROTECT, &request);
}

int platform_register(uint64_t at, uint64_t bytes)
{
	struct uffdio_register request = {.range = {.start = at, .len = bytes},
					  .mode = UFFDIO_REGISTER_MODE_MISSING |
						  UFFDIO_REGISTER_MODE_WP};
	int error = FAULT_FAIL(CALL_REGISTER);

	return error ? error : uffd(UFFDIO_REGISTER, &request);
}

int platform_discard(uint64_t at, uint64_t bytes)
{
	int error = FAULT_FAIL(CALL_DISCARD);

	if (error)
		return error;
	return madvise((void *)(uintptr_t)at, bytes, MADV_DONTNEED) == 0 ? 0 : -errno;
}

/* The low half holds the state, so on a little-endian machine a change of state changes it. */
void platform_wait(_Atomic uint64_t *word, uint32_t low_half)
{
	/* Bounded, so that a wake-up that is missed delays and does not hang. */
	struct timespec limit = {.tv_nsec = WAIT_NANOS};
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, low_half, &limit, NULL, 0);
}

void platform_wake(_Atomic uint64_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

void platform_yield(void)
{
	sched_yield();
}

void platform_sleep(void)
{
	struct timespec pause = {.tv_nsec = SLEEP_NANOS};
	nanosleep(&pause, NULL);
}

uint64_t platform_nanos(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* ---- the end, and the watchdog ------------------------------------------------------------- */

static char *append(char *to, const char *text)
{
	while (*text)
		*to++ = *text++;
	return to;
}

static char *append_number(char *to, uint64_t n, unsigned base)
{
	char digits[20];
	int count = 0;

	do
		digits[count++] = "0123456789abcdef"[n % base];
	while ((n /= base) != 0);
	while (count > 0)
		*to++ = digits[--count];
	return to;
}

_Noreturn void platform_die(const char *what, uint64_t where, int error)
{
	char text[256], *end = append(text, "predicomp: ");
	sigset_t abort_only;

	end = append(append(end, what), ", at 0x");
	end = append_number(end, where, 16);
	if (error) {
		end = append(end, ", error ");
		end = append_number(end, (uint64_t)-error, 10);
	}
	end = append(end, ". No data may be lost silently, so the process ends here.\n");
	if (write(STDERR_FILENO, text, (size_t)(end - text)) < 0) {
		/* Nothing else can be done. */
	}
	sigemptyset(&abort_only);
	sigaddset(&abort_only, SIGABRT);
	sigprocmask(SIG_UNBLOCK, &abort_only, NULL);
	for (;;) {
		raise(SIGABRT);
		_exit(134);
	}
}

static struct {
	_Atomic uint64_t who;
	_Atomic uint32_t times;
} watched[WATCH_SLOTS];

static uint64_t pagemap_entry(uint64_t address)
{
	uint64_t entry = 0;
	int file = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (file >= 0) {
		if (pread(file, &entry, sizeof entry, (off_t)(address / system_page * 8)) < 0)
			entry = 0;
		close(file);
	}
	return entry;
}

void platform_watch(uint64_t address)
{
	uint64_t thread = (uint64_t)syscall(SYS_gettid), who = address << 8 ^ thread;
	unsigned slot = (unsigned)thread % WATCH_SLOTS;

	if (atomic_exchange(&watched[slot].who, who) != who) {
		atomic_store(&watched[slot].times, 0);
	} else if (atomic_fetch_add(&watched[slot].times, 1) > WATCH_LIMIT) {
		platform_die("an access faults again and again although its page is in memory (the "
			     "number is its pagemap entry)", pagemap_entry(address), 0);
	}
}

/* ---- regions by address -------------------------------------------------------------------- */

/*
 * Two levels over 47 bits of address, in steps of 2 MiB, of which a region occupies whole ones.
 * Leaves are never freed.
 */
enum { GRANULE_SHIFT = 21, LEAF_BITS = 13, ADDRESS_BITS = 47, TOP = 1 << 13, LEAF = 1 << LEAF_BITS };
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

static void *map(uint64_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		return NULL;
	/* A huge page would be split by the first discard. A child would hold a second copy. */
	madvise(memory, bytes, MADV_NOHUGEPAGE);
	if (madvise(memory, bytes, MADV_DONTFORK) == 0)
		return memory;
	int error = errno;
	munmap(memory, bytes);
	errno = error;
	return NULL;
}

static int link_region(uint64_t base, uint64_t bytes, struct fault_region *region)
{
	for (uint64_t at = base; at < base + bytes; at += GRANULE) {
		uint64_t granule = at >> GRANULE_SHIFT;
		region_slot *leaf = atomic_load(&directory[granule >> LEAF_BITS]);
		if (leaf == NULL) {
			if ((leaf = map(LEAF * sizeof *leaf)) == NULL)
				return -errno;
			atomic_store(&directory[granule >> LEAF_BITS], leaf);
		}
		atomic_store(&leaf[granule & (LEAF - 1)], region);
	}
	return 0;
}

static void unlink_region(uint64_t base, uint64_t bytes)
{
	for (uint64_t at = base; at < base + bytes; at += GRANULE) {
		uint64_t granule = at >> GRANULE_SHIFT;
		region_slot *leaf = atomic_load(&directory[granule >> LEAF_BITS]);
		if (leaf)
			atomic_store(&leaf[granule & (LEAF - 1)], NULL);
	}
}

/* ---- the signal ---------------------------------------------------------------------------- */

#if defined(__aarch64__)
/* asm/sigcontext.h: a list of records in the context, ended by magic 0. */
static uint64_t syndrome(const ucontext_t *context)
{
	const uint8_t *at = (const uint8_t *)context->uc_mcontext.__reserved;
	const uint8_t *end = at + sizeof context->uc_mcontext.__reserved;

	while (at + 16 <= end) {
		uint32_t head[2];
		uint64_t esr;
		memcpy(head, at, sizeof head);
		if (head[0] == 0x45535201) { /* ESR_MAGIC */
			memcpy(&esr, at + 8, sizeof esr);
			return esr;
		}
		if (head[0] == 0 || head[1] == 0)
			break;
		at += head[1];
	}
	return 0;
}
#endif

static unsigned access_of(const void *context)
{
#if defined(__x86_64__)
	/* Page fault error code: bit 0 the page was present, bit 1 a write (Intel SDM 3A, 4.7). */
	unsigned long code = (unsigned long)((const ucontext_t *)context)->uc_mcontext.gregs[REG_ERR];
	return (code & 1 ? ACCESS_PRESENT : ACCESS_ABSENT) | (code & 2 ? ACCESS_WRITE : 0);
#elif defined(__aarch64__)
	/* ESR_ELx of a data abort: bit 6 a write, bits 5..2 1: translation, 3: permission (Arm ARM). */
	uint64_t esr = syndrome(context);
	unsigned status = esr >> 2 & 0xf;
	if (esr == 0)
		return ACCESS_WRITE | ACCESS_ABSENT | ACCESS_PRESENT;
	return (status == 1 ? ACCESS_ABSENT : status == 3 ? ACCESS_PRESENT
							  : ACCESS_ABSENT | ACCESS_PRESENT) |
	       (esr >> 6 & 1 ? ACCESS_WRITE : 0);
#else
#error "a processor whose fault codes are unknown"
#endif
}

static int set_action(const struct kernel_sigaction *new, struct kernel_sigaction *old)
{
	/* Not sigaction(): libjsig would put us behind the JVM, which takes the fault for its own. */
	return syscall(SYS_rt_sigaction, SIGBUS, new, old, sizeof(uint64_t)) == 0 ? 0 : -errno;
}

static void on_bus_error(int number, siginfo_t *info, void *context)
{
	int saved = errno, resolved = 0;

	/* BUS_MCEERR_* is broken memory, SI_USER a signal that somebody sent: none of ours. */
	if (info->si_code == BUS_ADRERR) {
		unsigned entered = platform_enter();
		resolved = fault_resolve((uint64_t)(uintptr_t)info->si_addr, access_of(context));
		platform_leave(entered);
	}
	errno = saved;
	if (resolved)
		return;
	if (previous.plain == SIG_DFL || previous.plain == SIG_IGN) {
		/* Ends the process when the instruction runs again, or the signal is sent again. */
		struct kernel_sigaction ending = previous;
		ending.plain = SIG_DFL;
		set_action(&ending, NULL);
		if (info->si_code <= 0)
			raise(number);
		return;
	}
	if (previous.flags & SA_SIGINFO)
		previous.with_info(number, info, context);
	else
		previous.plain(number);
}

#if defined(__x86_64__)
void fault_restorer(void);
/* What debuggers know as the frame of a signal handler; only for a process that had none. */
__asm__(".pushsection .text\n.hidden fault_restorer\n.type fault_restorer,@function\n"
	"fault_restorer:\n\tmov $15, %rax\n\tsyscall\n.popsection");
#endif

static int install(void)
{
	struct kernel_sigaction ours = {.with_info = on_bus_error, .flags = SA_SIGINFO | SA_RESTART,
					.mask = ~(uint64_t)0};
	int error = set_action(NULL, &previous);

	if (error)
		return error;
#if defined(__x86_64__)
	ours.flags |= 0x04000000; /* SA_RESTORER, asm/signal.h */
	ours.restorer = previous.restorer ? previous.restorer : fault_restorer;
#endif
	return set_action(&ours, NULL);
}

/*
 * Opens the process's userfaultfd and installs the handler; the first call only. One caller at a
 * time. Returns 0 or -errno.
 */
PREDICOMP_EXPORT int predicomp_fault_open(void)
{
	struct uffdio_api api = {.api = UFFD_API, .features = FEATURES};
	int error;

	if (descriptor >= 0)
		return 0;
	system_page = (uint64_t)sysconf(_SC_PAGESIZE);
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, UFFDIO_API, &api) != 0)
		error = -errno;
	else
		error = install();
	if (error) {
		close(fd);
		return error;
	}
	descriptor = fd;
	return 0;
}

/* ---- pools and regions: one caller at a time ------------------------------------------------- */

static uint64_t pages_up(uint64_t bytes)
{
	return (bytes + system_page - 1) / system_page * system_page;
}

/* A pool without codecs; its address, or -errno. */
PREDICOMP_EXPORT int64_t predicomp_fault_pool_open(uint64_t memory, uint32_t page_bytes)
{
	uint64_t fixed = pages_up(sizeof(struct fault_pool));
	struct fault_pool *pool = map(fixed + (uint64_t)SCRATCH_SLOTS * page_bytes);

	if (pool == NULL)
		return -errno;
	pool->memory = memory;
	pool->page_bytes = page_bytes;
	pool->scratch = (uint8_t *)pool + fixed;
	return (int64_t)(uintptr_t)pool;
}

/* Tells how blocks with that codec number are decompressed. Before any page has such a block. */
PREDICOMP_EXPORT int predicomp_fault_pool_codec(struct fault_pool *pool, uint32_t number,
						uint32_t codec, uint64_t function)
{
	if (number >= CODECS)
		return -EINVAL;
	pool->codecs[number].codec = codec;
	pool->codecs[number].function = function;
	return 0;
}

/* Gives a slot its Zstandard context, of which there are SCRATCH_SLOTS. */
PREDICOMP_EXPORT int predicomp_fault_pool_context(struct fault_pool *pool, uint32_t slot,
						  uint64_t context)
{
	if (slot >= SCRATCH_SLOTS)
		return -EINVAL;
	pool->contexts[slot] = context;
	return 0;
}

PREDICOMP_EXPORT void predicomp_fault_pool_keep(struct fault_pool *pool, uint32_t keep_copies)
{
	atomic_store(&pool->keep_copies, keep_copies);
}

/* Where the FAULT_COUNTERS counters lie; behind them the STALL_BUCKETS of the histogram. */
PREDICOMP_EXPORT uint64_t predicomp_fault_pool_counters(struct fault_pool *pool)
{
	_Static_assert(offsetof(struct fault_pool, stalls) ==
			       offsetof(struct fault_pool, counters) + FAULT_COUNTERS * 8,
		       "the histogram follows the counters");
	return (uint64_t)(uintptr_t)&pool->counters[0];
}

/* After the last region of the pool was closed. */
PREDICOMP_EXPORT void predicomp_fault_pool_close(struct fault_pool *pool)
{
	drain();
	munmap(pool, pages_up(sizeof *pool) + (uint64_t)SCRATCH_SLOTS * pool->page_bytes);
}

/*
 * Maps zeroed memory in the care of a pool. bytes is a multiple of the pool's page. Fills result
 * with the address of the memory and that of the pages' words; returns the region's, or -errno.
 */
PREDICOMP_EXPORT int64_t predicomp_fault_region_open(struct fault_pool *pool, uint64_t bytes,
						     int checksums, uint64_t *result)
{
	uint64_t granules = (bytes + GRANULE - 1) / GRANULE * GRANULE;
	uint64_t pages = bytes / pool->page_bytes, head = (sizeof(struct fault_region) + 63) / 64 * 64;
	uint64_t table = pages_up(head + pages * (sizeof(struct fault_page) + (checksums ? 4 : 0)));
	int error;

	if (bytes == 0 || bytes % pool->page_bytes != 0 || bytes >> (ADDRESS_BITS - 1))
		return -EINVAL;
	struct fault_region *region = map(table);
	if (region == NULL)
		return -errno;
	/* Whole granules of address space, of which only what is asked for stays mapped. */
	uint8_t *memory = map(granules + GRANULE);
	if (memory == NULL) {
		error = -errno;
		munmap(region, table);
		return error;
	}
	uint64_t start = (uint64_t)(uintptr_t)memory, base = (start + GRANULE - 1) & ~(GRANULE - 1);
	if (base > start)
		munmap(memory, base - start);
	munmap((void *)(uintptr_t)(base + bytes), start + granules + GRANULE - base - bytes);
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
	/* mmap gives addresses above 47 bits to those only who ask for them. */
	if ((error = link_region(base, bytes, region)) != 0) {
		unlink_region(base, bytes);
		munmap((void *)(uintptr_t)base, bytes);
		munmap(region, table);
		return error;
	}
	result[0] = base;
	result[1] = (uint64_t)(uintptr_t)region->pages;
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
	munmap((void *)(uintptr_t)base, bytes);
	munmap(region, region->table_bytes);
}
