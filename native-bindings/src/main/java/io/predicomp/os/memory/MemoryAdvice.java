package io.predicomp.os.memory;

/**
 * What the kernel is told about a range of memory: {@code madvise(2)}. The numbers are those of
 * {@code asm-generic/mman-common.h}, which x86-64 and AArch64 share.
 */
public enum MemoryAdvice {
  /** Give the physical pages back at once; private anonymous memory reads as zero afterwards. */
  DONTNEED(4),
  /** A child made by fork does not have the range. */
  DONTFORK(10),
  /** Never back the range with huge pages; nothing to do where the kernel has none. */
  NOHUGEPAGE(15),
  /** Write the pages out to swap now, contents kept. Since Linux 5.4. */
  PAGEOUT(21),
  /** Fault every page in for writing now. Since Linux 5.14. */
  POPULATE_WRITE(23),
  /** Like {@link #DONTNEED}, which locked memory refuses. Since Linux 5.18. */
  DONTNEED_LOCKED(24);

  private final int constant;

  MemoryAdvice(int constant) {
    this.constant = constant;
  }

  /** {@return the value of the C constant {@code MADV_}<i>name</i>} */
  int constant() {
    return constant;
  }
}
