package io.predicomp.arena.pool;

/**
 * The eight bytes in front of every payload. They say what the slot holds and, when the slot holds
 * nothing, which slot is next in the list it waits in. The payload follows at {@link #BYTES}.
 *
 * <pre>
 *   63                                  24 23              8 7       0
 *  +--------------------------------------+-----------------+---------+
 *  | LIVE   : owner (arena page number)   | length in bytes |  0x4C   |
 *  | FREED  : next handle in freed list   | length in bytes |  0x44   |
 *  | VACANT : next vacant slot of the slab|        0        |  0x56   |
 *  +--------------------------------------+-----------------+---------+
 * </pre>
 *
 * <pre>
 *          store                    free, any thread            drain
 *  VACANT ───────► LIVE ──────────────────────────────► FREED ───────► VACANT
 *                    └──────────── compaction moved it ──────────────────┘
 * </pre>
 *
 * Only the step from LIVE to FREED may be taken by a thread that is not the owner, and it is a
 * compare-and-set, so that of two frees of one handle exactly one succeeds. Next 0 ends a list:
 * handle 0 would lie in the pool's own header, and vacant slots are named by their distance from
 * the slab's start in 16-byte steps, plus 1.
 */
final class SlotHeader {
  static final int BYTES = Long.BYTES;
  static final int ADDRESS_BITS = 40;
  static final long MAX_ADDRESS = (1L << ADDRESS_BITS) - 1;
  static final int MAX_LENGTH = 0xFFFF;

  static final int LIVE = 'L';
  static final int FREED = 'D';
  static final int VACANT = 'V';

  private static final int LENGTH_SHIFT = 8;
  private static final int ADDRESS_SHIFT = 24;

  private SlotHeader() {}

  static long live(long owner, int length) {
    return owner << ADDRESS_SHIFT | (long) length << LENGTH_SHIFT | LIVE;
  }

  static long freed(long next, int length) {
    return next << ADDRESS_SHIFT | (long) length << LENGTH_SHIFT | FREED;
  }

  static long vacant(long next) {
    return next << ADDRESS_SHIFT | VACANT;
  }

  static int state(long word) {
    return (int) word & 0xFF;
  }

  /** Payload length in bytes. */
  static int length(long word) {
    return (int) (word >>> LENGTH_SHIFT) & MAX_LENGTH;
  }

  static long owner(long word) {
    return word >>> ADDRESS_SHIFT;
  }

  static long next(long word) {
    return word >>> ADDRESS_SHIFT;
  }
}
