package io.predicomp.arena.policy;

/**
 * How long a page is left alone as a rule: one byte a page, from the intervals between the epochs
 * in which it was touched. By its age alone a page that is touched once a minute is hot once a
 * minute; age and intervals together tell how long it will be until it is touched again.
 *
 * <pre>
 *   | count | level |    count  intervals seen, 3 at most
 *     2 bit   6 bit      level  their mean is 2^(level ÷ 8) epochs
 *
 *   coldness = (count × mean + age + 1) ÷ (count + ½)
 * </pre>
 *
 * Of a page touched at random that is the mean interval as far as it is known, from those seen and
 * the one that goes on, with half an interval of doubt. From the third on an interval counts for a
 * third, so that a page that changes its ways is believed after a few. Coldness is in epochs, and
 * grows with age. Pages younger than {@value #YOUNG} epochs have none: what was touched just now is
 * touched again soon more often than by chance.
 *
 * <p>Pure functions.
 */
public final class Recurrence {
  /** Below this age, in epochs, a page is in use whatever its intervals. */
  static final int YOUNG = 3;

  private static final int COUNT_SHIFT = 6;
  private static final int MOST_COUNT = 3;
  private static final int LEVELS = 1 << COUNT_SHIFT;
  private static final double LEVELS_PER_OCTAVE = 8;
  private static final double DOUBT = 0.5;

  /** Means are reckoned in parts of an epoch. */
  private static final int PARTS = 16;

  private static final int FRACTION_BITS = 16;

  /** By recurrence: the mean interval, in parts of an epoch. */
  private static final int[] MEAN = new int[1 << Byte.SIZE];

  /** By recurrence: count × mean + 1, in epochs. */
  private static final int[] SEEN = new int[1 << Byte.SIZE];

  /** By count: what to multiply with instead of dividing by count + ½, in fractions of 2¹⁶. */
  private static final int[] SHARE = new int[MOST_COUNT + 1];

  /** By mean interval in parts of an epoch: its level. */
  private static final byte[] LEVEL = new byte[(AgeHistogram.OLDEST + 1) * PARTS + 1];

  static {
    for (int recurrence = 0; recurrence < MEAN.length; recurrence++) {
      double mean = Math.pow(2, (recurrence & (LEVELS - 1)) / LEVELS_PER_OCTAVE);
      MEAN[recurrence] = (int) Math.round(mean * PARTS);
      SEEN[recurrence] = (int) Math.round((recurrence >>> COUNT_SHIFT) * mean) + 1;
    }
    for (int count = 0; count <= MOST_COUNT; count++) {
      SHARE[count] = (int) ((1 << FRACTION_BITS) / (count + DOUBT));
    }
    for (int mean = PARTS; mean < LEVEL.length; mean++) {
      double level = LEVELS_PER_OCTAVE * Math.log((double) mean / PARTS) / Math.log(2);
      LEVEL[mean] = (byte) Math.min(Math.round(level), LEVELS - 1);
    }
  }

  private Recurrence() {}

  /** What is known of a page that is touched at this age; 0 if nothing was known before. */
  public static byte touched(byte recurrence, int age) {
    int known = recurrence & 0xFF;
    int before = known >>> COUNT_SHIFT;
    int count = Math.min(before + 1, MOST_COUNT);
    int mean = ((count - 1) * MEAN[known] + (age + 1) * PARTS) / count;
    return (byte) ((count << COUNT_SHIFT) | LEVEL[mean]);
  }

  /** How cold a page of this age is, 0 to {@link AgeHistogram#OLDEST}. */
  public static int coldness(byte recurrence, int age) {
    if (age < YOUNG) {
      return 0;
    }
    int known = recurrence & 0xFF;
    int coldness = ((SEEN[known] + age) * SHARE[known >>> COUNT_SHIFT]) >>> FRACTION_BITS;
    return Math.min(coldness, AgeHistogram.OLDEST);
  }
}
