/*
 * Forks the JVM. The child has one thread, a copy of the caller's, and a copy of memory in which
 * other threads may hold any lock: it must not return to Java, nor call anything of the C library
 * that allocates, locks or looks a symbol up. So it makes system calls only, and exits.
 */
#define _GNU_SOURCE
#include "predicomp.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000 /* linux/sched.h, since 5.2 */
#endif

/* Exit codes of the child; the Java class Forker has the same. */
enum { CHILD_DONE = 0, CHILD_NO_MEMORY = 64 };

/* The kernel's own set of 64 signals: that of the C library leaves out those it uses itself. */
typedef uint64_t kernel_sigset;

static long set_mask(const kernel_sigset *mask, kernel_sigset *before)
{
	return syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, before, sizeof *mask);
}

static _Noreturn void exit_child(int code)
{
	for (;;)
		syscall(SYS_exit_group, code);
}

static _Noreturn void run_child(pid_t parent, uint64_t touch_pages, uint64_t page_bytes)
{
	/* Who was killed cannot reap: die with it. It may have died before the request. */
	syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (syscall(SYS_getppid) != parent)
		exit_child(CHILD_DONE);

	if (touch_pages > 0) {
		long mapped = syscall(SYS_mmap, NULL, touch_pages * page_bytes, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, (off_t)0);
		if (mapped == -1)
			exit_child(CHILD_NO_MEMORY);
		volatile unsigned char *memory = (volatile unsigned char *)(uintptr_t)mapped;
		/* Small pages, so that each touch is a fault of its own; refused where there are no others. */
		syscall(SYS_madvise, memory, touch_pages * page_bytes, MADV_NOHUGEPAGE);
		for (uint64_t page = 0; page < touch_pages; page++)
			memory[page * page_bytes] = 1;
	}
	exit_child(CHILD_DONE);
}

/*
 * Makes a child that touches pages of fresh anonymous memory, one byte each, and exits.
 *
 * pidfd receives a descriptor of the child, closed on exec, or -1 on a kernel before 5.2.
 * Returns the child's process id, or -errno.
 */
PREDICOMP_EXPORT int predicomp_fork(uint64_t touch_pages, uint64_t page_bytes, int *pidfd)
{
	const kernel_sigset all = ~(kernel_sigset)0;
	kernel_sigset before;
	pid_t parent = (pid_t)syscall(SYS_getpid);

	*pidfd = -1;
	/* A signal in the child, such as a Ctrl-C for the whole group, would run the JVM's handler there. */
	set_mask(&all, &before);
	/*
	 * Not fork(): that runs handlers of other libraries in the child, and takes the locks of malloc.
	 * The first three arguments are the same on x86-64 and AArch64; the others are not used.
	 */
	long pid = syscall(SYS_clone, (unsigned long)(CLONE_PIDFD | SIGCHLD), NULL, pidfd, NULL, NULL);
	if (pid == 0)
		run_child(parent, touch_pages, page_bytes);
	int error = errno;
	set_mask(&before, NULL);
	return pid > 0 ? (int)pid : -error;
}
