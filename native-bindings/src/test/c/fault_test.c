/*
 * Tests of the fault kernel, without a JVM. Compile with -DFAULT_TEST together with the other
 * files of the fault kernel.
 *
 *   fault_test unit                        every transition, and every failure of the kernel, once
 *   fault_test storm SECONDS PAGES         threads write while evictors work at full speed
 *   fault_test control NAME SECONDS PAGES  the same with the protocol broken: must lose a write,
 *                                          and ends when it has, after SECONDS at the latest
 *   fault_test die NAME                    provokes an end of the process, which prints why (fault_test_die.c)
 *   fault_test squeeze hold|release PAGES  restores pages at a memory limit that the caller sets
 *   fault_test limit LIBLZ4 PAGES          decompress into a discarded page: what bare C can do
 *   fault_test faults PAGES                what the kernel takes to tell of a fault
 *   fault_test restores LIBLZ4 PAGES       what touches take of pages that are not in memory
 *
 * Exit code 0: right; 1: not; a control prints what it lost and exits 1.
 */
#define _GNU_SOURCE
#include "fault_test.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>

/* Where fault_test_unit.c expects the signals that are none of ours. */
extern sigjmp_buf fault_test_escaped;

static void escape(int number)
{
	siglongjmp(fault_test_escaped, number);
}

int main(int count, char **arguments)
{
	const char *mode = count > 1 ? arguments[1] : "";
	struct sigaction before = {.sa_handler = escape, .sa_flags = SA_NODEFER};

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(mode, "limit") == 0 && count == 4)
		return limit(arguments[2], strtoull(arguments[3], NULL, 10));
	sigaction(SIGBUS, &before, NULL);
	int error = predicomp_fault_open();
	if (error) {
		printf("skipped: userfaultfd: %s\n", strerror(-error));
		return 77;
	}
	if (strcmp(mode, "unit") == 0) {
		unit();
		return 0;
	}
	if (strcmp(mode, "storm") == 0 && count == 4) {
		double seconds = atof(arguments[2]) / 4;
		uint64_t pages = strtoull(arguments[3], NULL, 10);
		return storm("storm", seconds, pages, 2, 0, pages) |
		       storm("storm, held up", seconds, pages, 1, 1, pages) |
		       storm("storm, held up", seconds, pages, 2, 1, pages) |
		       storm("storm, room for half", seconds, pages, 2, 0, pages / 2);
	}
	if (strcmp(mode, "faults") == 0 && count == 3)
		return faults(strtoull(arguments[2], NULL, 10));
	if (strcmp(mode, "restores") == 0 && count == 4)
		return restores(arguments[2], strtoull(arguments[3], NULL, 10));
	if (strcmp(mode, "squeeze") == 0 && count == 4)
		return squeeze(arguments[2], strtoull(arguments[3], NULL, 10));
	if (strcmp(mode, "die") == 0 && count == 3)
		return die(arguments[2]);
	if (strcmp(mode, "control") == 0 && count == 5) {
		const char *name = arguments[2];
		fault_test_broken = strcmp(name, "no-protection") == 0   ? NO_PROTECTION
				    : strcmp(name, "no-generation") == 0 ? NO_GENERATION
				    : strcmp(name, "clean-unprotected") == 0 ? CLEAN_UNPROTECTED
				    : strcmp(name, "stale-swap") == 0 ? STALE_SWAP : 0;
		if (fault_test_broken)
			return storm(name, atof(arguments[3]), strtoull(arguments[4], NULL, 10), 2, 1,
				     strtoull(arguments[4], NULL, 10));
	}
	fprintf(stderr, "usage: fault_test unit | storm SECONDS PAGES | control "
			"no-protection|no-generation|clean-unprotected|stale-swap SECONDS PAGES | die NAME | squeeze hold|release PAGES | "
			"limit|restores LIBLZ4 PAGES | faults PAGES\n");
	return 2;
}
