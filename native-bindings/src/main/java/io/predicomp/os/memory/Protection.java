package io.predicomp.os.memory;

/** What may be done with a range of memory: {@code PROT_*} of {@code asm-generic/mman-common.h}. */
public enum Protection {
  /** Any access crashes: a guard. */
  NONE(0x0),
  /** Writing crashes. */
  READ(0x1),
  READ_WRITE(0x1 | 0x2);

  private final int constant;

  Protection(int constant) {
    this.constant = constant;
  }

  int constant() {
    return constant;
  }
}
