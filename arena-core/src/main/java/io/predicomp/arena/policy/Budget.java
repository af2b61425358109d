package io.predicomp.arena.policy;

/**
 * What resident pages and pool together may take, and where work begins that keeps them there. Pure
 * and immutable.
 *
 * <pre>
 *   0                              low    high  admission      limit
 *   |───────────────────────────────|───────|───────|─ reserve ──|
 *                                   └ background ┘   └ what a demotion needs before it gives back
 *                                     demotes here
 * </pre>
 *
 * Accesses take memory up to {@code admission} only. The rest is a reserve: a demotion stores what
 * it compressed before it gives memory back.
 *
 * @param limitBytes the most that resident pages and pool may take, metadata of the pool included
 * @param pageBytes bytes of one page
 */
public record Budget(long limitBytes, int pageBytes) {
  /** No budget: everything is admitted. */
  public static final Budget NONE = new Budget(Long.MAX_VALUE, 1);

  private static final long LEAST_BYTES = 1 << 20;

  /** Below, accesses of a few threads could need all of it at once. */
  private static final int LEAST_PAGES = 64;

  /** The reserve, and the most that one bulk access may pin, is this part of the budget. */
  private static final int PART = 16;

  /** A full batch of payloads and a new slab of the pool; more would serve nobody. */
  private static final int RESERVE_PAGES = 64;

  private static final long SLAB_BYTES = 160 << 10;

  private static final long LEAST_GROWTH_PAGES = 4;
  private static final long LEAST_GROWTH_BYTES = 16 << 10;

  /** What a pool of LZ4 copies may take before the rest is too little to work with. */
  private static final double DENSER = 0.75;

  private static final double HIGH = 0.98;
  private static final double LOW = 0.95;

  /** The smallest budget for a page size, in bytes. */
  public static long least(int pageBytes) {
    return Math.max(LEAST_BYTES, (long) LEAST_PAGES * pageBytes);
  }

  /** Whether there is a budget at all. */
  public boolean isLimited() {
    return limitBytes != Long.MAX_VALUE;
  }

  /** Bytes that only demotion may take. */
  public long reserveBytes() {
    return isLimited()
        ? Math.min(limitBytes / PART, (long) RESERVE_PAGES * pageBytes + SLAB_BYTES)
        : 0;
  }

  /** Accesses that would take more than this demote first. */
  public long admissionBytes() {
    return limitBytes - reserveBytes();
  }

  /** From here on pages are demoted in the background. */
  public long highBytes() {
    return (long) (admissionBytes() * HIGH);
  }

  /** Down to here. */
  public long lowBytes() {
    return (long) (admissionBytes() * LOW);
  }

  /**
   * Whether to demote in the background.
   *
   * @param demoting whether it does so already
   */
  public boolean wantsDemotion(long heldBytes, boolean demoting) {
    return isLimited() && heldBytes > (demoting ? lowBytes() : highBytes());
  }

  /** Whether the pool takes so much that its pages should be compressed denser. */
  public boolean wantsDenser(long poolBytes) {
    return isLimited() && poolBytes > admissionBytes() * DENSER;
  }

  /** Whether a page restored for reading may keep its compressed copy. */
  public boolean keepsCleanCopies(long heldBytes) {
    return heldBytes <= highBytes();
  }

  /** Pages demoted at a time: their payloads fit into the reserve, at most {@code most}. */
  public int batchPages(int most) {
    return isLimited() ? Math.clamp(reserveBytes() / pageBytes, 1, most) : most;
  }

  /** Bytes that one piece of a bulk access may pin, at most {@code most}. */
  public int pieceBytes(int most) {
    return (int) Math.min(limitBytes / PART, most);
  }

  /**
   * How much a demotion may let the pool grow: what the budget leaves, at least four pages and 16
   * KiB of tables. Without those nothing could be demoted any more once the budget is exceeded.
   */
  public long poolGrowthBytes(long heldBytes) {
    if (!isLimited()) {
      return Long.MAX_VALUE;
    }
    long least = Math.min(LEAST_GROWTH_PAGES * pageBytes + LEAST_GROWTH_BYTES, reserveBytes());
    return Math.clamp(limitBytes - heldBytes, least, reserveBytes());
  }

  /** Whether a pin of so many bytes could not be held even if nothing else was. */
  public boolean isTooMuchToPin(long bytes) {
    return bytes > admissionBytes();
  }

  /**
   * Refuses what could never be pinned.
   *
   * @throws IllegalArgumentException if {@link #isTooMuchToPin}
   */
  public void requirePinnable(long bytes) {
    if (isTooMuchToPin(bytes)) {
      throw new IllegalArgumentException(
          "the range has "
              + bytes
              + " bytes of pages, and with a residentBudget of "
              + limitBytes
              + " at most "
              + admissionBytes()
              + " can be pinned");
    }
  }

  /** What is thrown where pages cannot be pinned because nothing more can be demoted. */
  public OutOfMemoryError noRoomToPin(long pages) {
    return new OutOfMemoryError(
        "cannot pin "
            + pages
            + " pages: the residentBudget of "
            + limitBytes
            + " bytes is full, and no other page can be demoted");
  }
}
