package io.predicomp.os.fault;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The pages of one eviction between {@link FaultKernel#begin} and {@link FaultKernel#commit}.
 * Allocated once and used again; one thread at a time.
 */
public final class FaultBatch {
  /** Most pages of a batch, {@code BATCH_PAGES}. */
  public static final int CAPACITY = 64;

  // enum fault_action
  public static final byte ABORT = 0;
  public static final byte CLEAN = 1;
  public static final byte BLOCK = 2;
  public static final byte SAME = 3;
  public static final byte REJECT = 4;

  // enum fault_outcome
  public static final byte DEMOTED = 1;
  public static final byte RESCUED = 2;
  public static final byte DISCARD_FAILED = 3;

  /** Goes with the batch: nothing is left over where a part of it cannot be had. */
  private final Arena lifetime = Arena.ofAuto();

  final MemorySegment words = lifetime.allocate(JAVA_LONG, CAPACITY);
  final MemorySegment entries = lifetime.allocate(JAVA_LONG, CAPACITY);
  final MemorySegment checksums = lifetime.allocate(JAVA_INT, CAPACITY);
  final MemorySegment actions = lifetime.allocate(CAPACITY);

  /** {@return the page's word after begin, 0 if it stays in memory} */
  public long word(int i) {
    return words.getAtIndex(JAVA_LONG, i);
  }

  /** Says what commit is to do with a page; no entry is needed to {@link #ABORT}. */
  public void decide(int i, byte action, long entry, int checksum) {
    actions.set(JAVA_BYTE, i, action);
    entries.setAtIndex(JAVA_LONG, i, entry);
    checksums.setAtIndex(JAVA_INT, i, checksum);
  }

  /** {@return what was decided; after commit, what became of the page} */
  public byte outcome(int i) {
    return actions.get(JAVA_BYTE, i);
  }
}
