package io.predicomp.os.libc;

/**
 * System calls made by number, because not every C library in use wraps them.
 *
 * <p>Sources: {@code asm/unistd_64.h} for x86-64; {@code asm-generic/unistd.h} for AArch64.
 */
enum SystemCall {
  GETTID(186, 178),
  PERF_EVENT_OPEN(298, 241),
  BPF(321, 280),
  USERFAULTFD(323, 282),
  MEMBARRIER(324, 283),
  FSOPEN(430, 430),
  FSCONFIG(431, 431),
  FSMOUNT(432, 432),
  PIDFD_OPEN(434, 434),
  PROCESS_MADVISE(440, 440);

  private final int x86Number;
  private final int armNumber;

  SystemCall(int x86Number, int armNumber) {
    this.x86Number = x86Number;
    this.armNumber = armNumber;
  }

  /** {@return the number of the call on that architecture} */
  int number(Architecture architecture) {
    return switch (architecture) {
      case X86_64 -> x86Number;
      case AARCH64 -> armNumber;
    };
  }
}
