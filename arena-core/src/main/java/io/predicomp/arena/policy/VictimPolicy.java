package io.predicomp.arena.policy;

/**
 * Which pages may be demoted: those that were not accessed for long enough, or as a rule are not
 * ({@link Recurrence}), and where only a share of them can be paid for, always the same blocks of
 * {@value #BLOCK_PAGES} pages, picked by a hash of their number. Other blocks stay resident for
 * good instead of all of them taking turns; a larger share contains every smaller one.
 *
 * <p>Pure and immutable.
 *
 * @param coldAge pages of this age and more are cold, in epochs; 0: whatever their age
 * @param share of the cold pages that may go, 0 to 1
 * @param byRecurrence whether {@link Recurrence#coldness} counts instead of the age
 */
public record VictimPolicy(int coldAge, double share, boolean byRecurrence) {
  /** Pages that share their fate when only a share may be demoted. */
  public static final int BLOCK_PAGES = 256;

  /** Lets nothing go. */
  public static final VictimPolicy NONE = new VictimPolicy(AgeHistogram.OLDEST, 0, false);

  private static final int HASH_BITS = 24;

  public VictimPolicy {
    if (coldAge < 0 || coldAge > AgeHistogram.OLDEST || !(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "coldAge is "
              + coldAge
              + " and share is "
              + share
              + ", allowed are 0 to "
              + AgeHistogram.OLDEST
              + " and 0 to 1");
    }
  }

  /** By age. */
  public VictimPolicy(int coldAge, double share) {
    this(coldAge, share, false);
  }

  /** Whether no page may go. */
  public boolean takesNone() {
    return share == 0;
  }

  /** Whether a page of this age may go, of whose intervals nothing is known. */
  public boolean takes(int page, int age) {
    return age >= coldAge && mayGo(page);
  }

  /** Whether a page of this age and recurrence may go. */
  public boolean takes(int page, int age, byte recurrence) {
    return takes(page, byRecurrence ? Recurrence.coldness(recurrence, age) : age);
  }

  /** Whether a page belongs to the share that may be demoted, once it is cold. */
  public boolean mayGo(int page) {
    // Fibonacci hashing spreads consecutive blocks evenly (Knuth, volume 3, section 6.4).
    int hash = (page / BLOCK_PAGES) * 0x9E37_79B9;
    return (hash >>> (Integer.SIZE - HASH_BITS)) < share * (1 << HASH_BITS);
  }
}
