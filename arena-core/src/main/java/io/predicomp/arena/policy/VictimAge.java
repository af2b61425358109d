package io.predicomp.arena.policy;

import java.util.Arrays;

/**
 * From which age pages are demoted by a hand that goes round and round: the age from which on an
 * eighth of the pages seen in the last lap was. Ages stand still without a hotness scan; then
 * everything has age 0, all qualify, and what remains is second chance. For one thread.
 */
public final class VictimAge {
  private static final int AGES = 256;
  private static final int SHARE = 8;

  private final int[] seen = new int[AGES];
  private int threshold;

  /** Every age qualifies to begin with. */
  public VictimAge() {}

  /** A page in memory that nobody has accessed since the hand, or a scan, passed it last. */
  public void saw(int age) {
    seen[age]++;
  }

  /** Whether a page of that age may go. */
  public boolean qualifies(int age) {
    return age >= threshold;
  }

  /** The hand has passed every page. */
  public void endLap() {
    long total = 0;
    for (int count : seen) {
      total += count;
    }
    long older = 0;
    int age = AGES;
    while (age > 0 && older * SHARE < total) {
      older += seen[--age];
    }
    threshold = total == 0 ? 0 : age;
    Arrays.fill(seen, 0);
  }

  /** A lap found nothing: every age will do. */
  public void relax() {
    threshold = 0;
  }

  /** The age from which on pages may go. */
  public int threshold() {
    return threshold;
  }
}
