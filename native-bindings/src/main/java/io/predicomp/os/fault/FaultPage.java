package io.predicomp.os.fault;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.os.address.AddressSpace;
import java.lang.invoke.VarHandle;

/**
 * A page of the fault kernel, as it can be read from its table ({@code struct fault_page}, {@code
 * fault_kernel.h}): its word at an offset of 0, its entry at 8. Only the kernel writes them.
 */
public final class FaultPage {
  // enum fault_state
  public static final int RES = 0;
  public static final int RES_CLEAN = 1;
  public static final int COMP = 5;

  // enum fault_kind
  public static final int NONE = 0;
  public static final int BLOCK = 1;
  public static final int SAME = 2;
  public static final int REJECTED = 3;

  /** Bytes of a page's record in the table. */
  public static final int BYTES = 16;

  private static final VarHandle WORD = JAVA_LONG.varHandle();

  private FaultPage() {}

  /** {@return the page's word, read with acquire} */
  public static long word(long table, long page) {
    return (long) WORD.getAcquire(AddressSpace.ALL, table + page * BYTES);
  }

  /** {@return the page's entry: what a word read before and after says it is, if both are equal} */
  public static long entry(long table, long page) {
    return (long) WORD.getAcquire(AddressSpace.ALL, table + page * BYTES + Long.BYTES);
  }

  /** {@return the state in a word} */
  public static int state(long word) {
    return (int) word & 0xF;
  }

  /** {@return what a word says of the entry} */
  public static int kind(long word) {
    return (int) (word >>> 4) & 3;
  }
}
