/* The SIGBUS handler, in front of the JVM's, to which it passes what is not its business. */
#define _GNU_SOURCE
#include "fault_platform.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

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

static struct kernel_sigaction previous;

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
	if (previous.flags & SA_SIGINFO)
		previous.with_info(number, info, context);
	else
		previous.plain(number);
}

int platform_install(void)
{
	struct kernel_sigaction ours = {.with_info = on_bus_error, .flags = SA_SIGINFO | SA_RESTART,
					.mask = ~(uint64_t)0};
	int error = set_action(NULL, &previous);

	if (error)
		return error;
	/* Every JVM has a handler, whose restorer serves us as well. */
	if (previous.plain == SIG_DFL || previous.plain == SIG_IGN)
		return -ENOTSUP;
#if defined(__x86_64__)
	ours.flags |= 0x04000000; /* SA_RESTORER, asm/signal.h */
	ours.restorer = previous.restorer;
#endif
	return set_action(&ours, NULL);
}
