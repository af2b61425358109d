package io.predicomp.arena.page;

/**
 * The state byte of one page: where its content is, and what is known about it.
 *
 * <pre>
 *   7   6         5        4      3     2   1   0
 *   0 | RESIDENT | TOUCHED | DIRTY | COPY | code, or REJECTED YOUNG PREFETCHED
 *
 *   resident (bit 6 set), content is in memory:
 *     DIRTY              the only copy is in memory
 *     COPY               a compressed copy in the pool equals memory; the entry names it
 *     REJECTED           the only copy is in memory, and it did not compress since it was written
 *     none of the three  every 64-bit word of the page equals the entry
 *     TOUCHED            accessed since the last hotness scan
 *     YOUNG              brought back without an access since the last hotness scan
 *     PREFETCHED         brought back by a prediction, not accessed since
 *
 *   not resident (bit 6 clear), code in bits 0-2:
 *     CLOSING, EVICTING  on the way out; keeps the flags above; any accessor may rescue it
 *     DISCARDING         memory is being given back; accessors wait
 *     EVICTED            content is in the pool (COPY) or every word equals the entry (no COPY)
 *     RESTORING          owned by one thread that moves, restores or drops the content
 *     CLOSED             the region is closed
 *
 *              touch, first write              demote                    membarrier, no pin
 *   RESIDENT ───────────────────► RESIDENT' ──────────► CLOSING ───────────────────► EVICTING
 *      ▲  ▲                                               │ rescue                      │ compressed
 *      │  └───────────────────────────────────────────────┴─── rescue ──────────────────┤
 *      │                                                                                ▼
 *   RESTORING ◄──────────────────── EVICTED ◄────────────────────────────────────── DISCARDING
 * </pre>
 *
 * <p>The values are ordered so that the fast path of an access is one signed comparison: everything
 * from {@link #READABLE} up may be read, everything from {@link #WRITABLE} up may be written.
 */
final class PageState {
  static final byte RESIDENT = 0x40;
  static final byte TOUCHED = 0x20;
  static final byte DIRTY = 0x10;
  static final byte COPY = 0x08;
  static final byte REJECTED = 0x04;
  static final byte YOUNG = 0x02;
  static final byte PREFETCHED = 0x01;

  /** Flags that CLOSING and EVICTING carry so that a rescue or a roll-back loses nothing. */
  static final byte CARRIED = TOUCHED | DIRTY | COPY;

  static final byte CLOSING = 1;
  static final byte EVICTING = 2;
  static final byte DISCARDING = 3;
  static final byte EVICTED = 4;
  static final byte EVICTED_WITH_COPY = EVICTED | COPY;
  static final byte RESTORING = 5;
  static final byte CLOSED = 6;
  private static final byte CODE = 7;

  static final byte READABLE = RESIDENT | TOUCHED;
  static final byte WRITABLE = RESIDENT | TOUCHED | DIRTY;

  private PageState() {}

  static boolean isResident(byte state) {
    return (state & RESIDENT) != 0;
  }

  static boolean isDirty(byte state) {
    return (state & DIRTY) != 0;
  }

  static boolean hasCopy(byte state) {
    return (state & COPY) != 0;
  }

  static boolean isRejected(byte state) {
    return isResident(state) && (state & REJECTED) != 0;
  }

  static boolean isPrefetched(byte state) {
    return isResident(state) && (state & PREFETCHED) != 0;
  }

  /** Whether a resident page has something that the next hotness scan clears. */
  static boolean isRecent(byte state) {
    return isResident(state) && (state & (TOUCHED | YOUNG)) != 0;
  }

  /** The code of a state that is not resident. */
  static byte code(byte state) {
    return isResident(state) ? 0 : (byte) (state & CODE);
  }

  static boolean isEvicted(byte state) {
    return code(state) == EVICTED;
  }

  /** Whether an accessor may take the page back from the evictor by one CAS. */
  static boolean isRescuable(byte state) {
    byte code = code(state);
    return code == CLOSING || code == EVICTING;
  }

  /** The state of a rescuable or discarding page that becomes resident again with its flags. */
  static byte backToResident(byte state) {
    return (byte) (RESIDENT | (state & CARRIED));
  }

  /** The state of an evicted page while one thread holds it. */
  static byte restoring(byte evicted) {
    return (byte) (RESTORING | (evicted & COPY));
  }

  static String describe(byte state) {
    String name =
        switch (code(state)) {
          case 0 -> isResident(state) ? "RESIDENT" : "INVALID";
          case CLOSING -> "CLOSING";
          case EVICTING -> "EVICTING";
          case DISCARDING -> "DISCARDING";
          case EVICTED -> "EVICTED";
          case RESTORING -> "RESTORING";
          case CLOSED -> "CLOSED";
          default -> "INVALID";
        };
    return name
        + ((state & TOUCHED) != 0 ? "+touched" : "")
        + (isDirty(state) ? "+dirty" : "")
        + (hasCopy(state) ? "+copy" : "")
        + (isRejected(state) ? "+rejected" : "")
        + (isPrefetched(state) ? "+prefetched" : "")
        + (isResident(state) && (state & YOUNG) != 0 ? "+young" : "");
  }
}
