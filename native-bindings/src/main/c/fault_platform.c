/* The calls of the kernel under the fault kernel. */
#define _GNU_SOURCE
#include "fault_platform.h"
#include "predicomp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1 /* linux/userfaultfd.h, since 5.11 */
#endif
#ifndef UFFDIO_POISON /* linux/userfaultfd.h, since 6.6 */
#define UFFD_FEATURE_POISON (1 << 14)
#define UFFDIO_POISON_MODE_DONTWAKE ((uint64_t)1)
#define UFFDIO_POISON _IOWR(UFFDIO, 0x08, struct uffdio_poison)
struct uffdio_poison {
	struct uffdio_range range;
	uint64_t mode;
	int64_t updated;
};
#endif
#define FEATURES (UFFD_FEATURE_SIGBUS | UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_EXACT_ADDRESS)

enum { WATCH_SLOTS = 64, WATCH_LIMIT = 1 << 16, SLEEP_NANOS = 1000000 };

static int descriptor = -1, marks;
static uint64_t system_page = 4096;
static uint8_t zeros[CLUSTER_BYTES]; /* not const, which would be 64 KiB in the file */

/*
 * Whether the kernel tells of a fault on a poisoned page as of one on an absent page. One that handles
 * broken memory logs each of them; other processors give them a code of their own.
 */
static int poison_is_silent(void)
{
#if defined(__x86_64__)
	return access("/proc/sys/vm/overcommit_memory", F_OK) == 0 &&
	       access("/proc/sys/vm/memory_failure_recovery", F_OK) != 0 && errno == ENOENT;
#else
	return 0;
#endif
}

static int shake_hands(int fd, uint64_t features)
{
	struct uffdio_api api = {.api = UFFD_API, .features = features};

	return ioctl(fd, UFFDIO_API, &api) == 0 ? 0 : -errno;
}

/*
 * Opens the process's userfaultfd, makes room to decode and installs the handler; the first call
 * only. One caller at a time. Returns 0 or -errno.
 */
PREDICOMP_EXPORT int predicomp_fault_open(void)
{
	int error;

	if (descriptor >= 0)
		return 0;
	system_page = (uint64_t)sysconf(_SC_PAGESIZE);
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
	if (fd < 0)
		return -errno;
	marks = poison_is_silent() && shake_hands(fd, FEATURES | UFFD_FEATURE_POISON) == 0;
	error = marks ? 0 : shake_hands(fd, FEATURES);
	if (error == 0)
		error = fault_open_scratch();
	if (error == 0)
		error = platform_install();
	if (error) {
		close(fd);
		return error;
	}
	descriptor = fd;
	return 0;
}

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

uint64_t platform_zero(uint64_t at, uint64_t bytes, int write)
{
	uint64_t end = at + bytes, filled = 0;

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
		if (n < 0 && n != -EAGAIN && n != -EEXIST)
			break;
		filled += n > 0 ? (uint64_t)n : 0;
		at += n == -EEXIST ? system_page : n > 0 ? (uint64_t)n : 0;
	}
	return filled;
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

void platform_mark(uint64_t at, uint64_t bytes)
{
	struct uffdio_poison poison = {.range = {.start = at, .len = bytes},
				       .mode = UFFDIO_POISON_MODE_DONTWAKE};

	/* What stays without a mark is absent as ever. */
	if (marks && FAULT_FAIL(CALL_MARK) == 0)
		uffd(UFFDIO_POISON, &poison);
}

int platform_marks(void)
{
	return marks;
}

/* The low half holds the state, so on a little-endian machine a change of state changes it. */
void platform_wait(_Atomic uint64_t *word, uint32_t low_half, uint64_t nanos)
{
	struct timespec limit = {.tv_nsec = (long)nanos}; /* below a second */
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, low_half, &limit, NULL, 0);
}

void platform_wake(_Atomic uint64_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

uint32_t platform_thread(void)
{
	return (uint32_t)syscall(SYS_gettid);
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

int platform_is_runnable(uint32_t thread)
{
	char text[128], *end = append(text, "/proc/self/task/");
	ssize_t length = 0;
	int file, runs = 0;

	end = append(append_number(end, thread, 10), "/stat");
	*end = 0;
	file = open(text, O_RDONLY | O_CLOEXEC);
	if (file >= 0) {
		length = read(file, text, sizeof text);
		close(file);
	}
	/* proc(5): the state follows the name, which may hold anything. */
	for (ssize_t i = 0; i + 2 < length; i++)
		if (text[i] == ')')
			runs = text[i + 2] == 'R';
	return runs;
}

void *platform_map(uint64_t bytes)
{
	if ((errno = -FAULT_FAIL(CALL_MAP)) != 0)
		return NULL;
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		return NULL;
	/* A huge page would be split by the first discard. A child would hold a second copy. */
	madvise(memory, bytes, MADV_NOHUGEPAGE);
	if (madvise(memory, bytes, MADV_DONTFORK) == 0)
		return memory;
	int error = errno;
	platform_unmap((uint64_t)(uintptr_t)memory, bytes);
	errno = error;
	return NULL;
}

void platform_unmap(uint64_t at, uint64_t bytes)
{
	void *memory = (void *)(uintptr_t)at;

	if (FAULT_FAIL(CALL_UNMAP) != 0 || munmap(memory, bytes) != 0)
		madvise(memory, bytes, MADV_DONTNEED);
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
	uint64_t thread = platform_thread(), who = address << 8 ^ thread;
	unsigned slot = (unsigned)thread % WATCH_SLOTS;

	if (atomic_exchange(&watched[slot].who, who) != who) {
		atomic_store(&watched[slot].times, 0);
	} else if (atomic_fetch_add(&watched[slot].times, 1) > WATCH_LIMIT) {
		platform_die("an access faults again and again although its page is in memory (the "
			     "number is its pagemap entry)", pagemap_entry(address), 0);
	}
}
