package io.predicomp.arena.pool;

/**
 * Where things lie in the pool's one reserved mapping. A <em>unit</em> is a system page: the least
 * that can be given back to the OS.
 *
 * <pre>
 *  0                 128                 unitMap             space                        end
 *  +-----------------+-------------------+-------------------+-----------------------------+
 *  | pool header     | extent records    | unit map          | slabs and free extents      |
 *  | (FreedList)     | 32 bytes each     | 4 bytes per unit  | units x unitBytes           |
 *  +-----------------+-------------------+-------------------+-----------------------------+
 *                     grows as extents    grows with the      touched and given back
 *                     are made            highest unit used   unit by unit
 * </pre>
 *
 * The tables are reserved at their largest size and touched as they grow, so that growing never
 * copies: that copy would be a latency tail of milliseconds in a large pool.
 *
 * @param unitBytes the system page size
 * @param units how many units the space has
 */
record PoolLayout(int unitBytes, int units) {
  static final int HEADER_BYTES = 128;
  static final int RECORD_BYTES = 32;

  /** Handles count 16-byte steps from the start of the mapping. */
  static final int HANDLE_SHIFT = 4;

  private static final long MAX_BYTES = 1L << (SlotHeader.ADDRESS_BITS + HANDLE_SHIFT);

  /**
   * Address space for a pool of {@code limitBytes}: twice the limit, because free extents whose
   * memory was given back cost nothing but keep their place.
   */
  static PoolLayout forLimit(long limitBytes, int unitBytes) {
    long units = 2 * Math.ceilDiv(limitBytes, unitBytes) + 2L * SizeClasses.MAX_SLAB_UNITS;
    if (units > Integer.MAX_VALUE / 2) {
      throw new IllegalArgumentException(
          "pool limit "
              + limitBytes
              + " bytes needs more than "
              + Integer.MAX_VALUE / 2
              + " units");
    }
    var layout = new PoolLayout(unitBytes, (int) units);
    if (layout.totalBytes() > MAX_BYTES) {
      throw new IllegalArgumentException(
          "pool limit " + limitBytes + " bytes is too large for 40-bit handles");
    }
    return layout;
  }

  /** Extent ids count from 1, so that 0 can mean none; record 1 lies right after the header. */
  long recordOffset(int id) {
    return HEADER_BYTES - RECORD_BYTES + (long) id * RECORD_BYTES;
  }

  long unitMapOffset() {
    return roundUp(recordOffset(units + 2));
  }

  long spaceOffset() {
    return unitMapOffset() + roundUp((long) units * Integer.BYTES);
  }

  long totalBytes() {
    return spaceOffset() + (long) units * unitBytes;
  }

  /** Bytes of tables touched once ids up to {@code maxId} and {@code topUnits} units were used. */
  long tableBytes(int maxId, int topUnits) {
    return roundUp(recordOffset(maxId + 1)) + roundUp((long) topUnits * Integer.BYTES);
  }

  private long roundUp(long bytes) {
    return Math.ceilDiv(bytes, unitBytes) * (long) unitBytes;
  }
}
