package io.predicomp.arena.stress;

import java.util.SplittableRandom;

/** Watches words that others only increase: none may ever go back. */
public final class WordWatch {
  private static final int READS_PER_ROUND = 64;

  private final Words words;
  private final SplittableRandom random = new SplittableRandom(7);
  private final long[] seen;

  /**
   * @param bytes size of the watched range, which begins at offset 0
   */
  public WordWatch(Words words, long bytes) {
    this.words = words;
    this.seen = new long[Math.toIntExact(bytes / Long.BYTES)];
  }

  /** Reads some random words. */
  public void round() {
    for (int i = 0; i < READS_PER_ROUND; i++) {
      int word = random.nextInt(seen.length);
      long value = words.get((long) word * Long.BYTES);
      if (value < seen[word]) {
        throw new AssertionError("word " + word + " was " + seen[word] + ", now is " + value);
      }
      seen[word] = value;
    }
  }
}
