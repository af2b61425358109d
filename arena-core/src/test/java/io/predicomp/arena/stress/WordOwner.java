package io.predicomp.arena.stress;

import java.util.SplittableRandom;

/**
 * Owns every {@code owners}-th long of a range of bytes, so that each page has words of everybody:
 * nobody else writes them, hence each must read as what was written last, which a shadow remembers.
 * Values only grow, so that {@link WordWatch} can tell a word that was set back.
 */
public final class WordOwner {
  private static final int ACCESSES_PER_ROUND = 64;
  private static final int ROUNDS_PER_CHECK = 1024;

  private final Words words;
  private final SplittableRandom random;
  private final int index;
  private final int owners;
  private final long[] shadow;
  private long accesses;

  /**
   * @param bytes size of the range, which begins at offset 0
   * @param index which of the owners this is, 0 to {@code owners} - 1
   */
  public WordOwner(Words words, long bytes, int index, int owners) {
    this.words = words;
    this.index = index;
    this.owners = owners;
    this.random = new SplittableRandom(index);
    this.shadow = new long[Math.toIntExact(bytes / Long.BYTES / owners)];
  }

  /** Some reads and writes of random words, and now and then a look at all of them. */
  public void round() {
    for (int i = 0; i < ACCESSES_PER_ROUND; i++) {
      int word = random.nextInt(shadow.length);
      check(word);
      // A third of the pages a round touches stays clean: kept copies must stay right as well.
      if (random.nextInt(3) != 0) {
        shadow[word]++;
        words.set(offset(word), shadow[word]);
      }
    }
    accesses += ACCESSES_PER_ROUND;
    if (accesses % (ACCESSES_PER_ROUND * ROUNDS_PER_CHECK) == 0) {
      checkAll();
    }
  }

  /** Compares every word. */
  public void checkAll() {
    for (int word = 0; word < shadow.length; word++) {
      check(word);
    }
  }

  /** Words accessed so far; exact only when the owner has stopped. */
  public long accesses() {
    return accesses;
  }

  private void check(int word) {
    long value = words.get(offset(word));
    if (value != shadow[word]) {
      throw new AssertionError(
          "owner " + index + " wrote " + shadow[word] + " at " + offset(word) + ", reads " + value);
    }
  }

  private long offset(int word) {
    return ((long) word * owners + index) * Long.BYTES;
  }
}
