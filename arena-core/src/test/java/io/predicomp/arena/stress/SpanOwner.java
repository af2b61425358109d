package io.predicomp.arena.stress;

import io.predicomp.arena.Region;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Owns every {@code owners}-th span of 3,000 bytes, so that spans straddle pages and pages have
 * several owners, and moves them by bulk operations only. A shadow array says what each must hold.
 */
final class SpanOwner {
  private static final int SPAN = 3000;

  private final Region region;
  private final int index;
  private final int owners;
  private final SplittableRandom random;
  private final byte[][] shadow;
  private final byte[] scratch = new byte[SPAN];
  private long copies;

  SpanOwner(Region region, int index, int owners) {
    this.region = region;
    this.index = index;
    this.owners = owners;
    this.random = new SplittableRandom(index);
    this.shadow = new byte[Math.toIntExact(region.byteSize() / SPAN / owners)][SPAN];
  }

  void round() {
    int span = random.nextInt(shadow.length);
    check(span);
    switch (random.nextInt(4)) {
      case 0 -> {
        Arrays.fill(shadow[span], (byte) random.nextInt());
        region.fill(offset(span), SPAN, shadow[span][0]);
      }
      case 1 -> {
        int other = random.nextInt(shadow.length);
        System.arraycopy(shadow[span], 0, shadow[other], 0, SPAN);
        region.copyTo(offset(span), region, offset(other), SPAN);
      }
      case 2 -> {
        int at = random.nextInt(SPAN - Long.BYTES);
        for (int i = 0; i < Long.BYTES; i++) {
          shadow[span][at + i] = 0;
        }
        region.setLong(offset(span) + at, 0);
      }
      default -> {
        for (int i = 0; i < SPAN; i += 1 + random.nextInt(40)) {
          shadow[span][i]++;
        }
        region.copyFrom(offset(span), shadow[span], 0, SPAN);
      }
    }
    check(span);
    copies += 3;
  }

  void checkAll() {
    for (int span = 0; span < shadow.length; span++) {
      check(span);
    }
  }

  long copies() {
    return copies;
  }

  private void check(int span) {
    region.copyTo(offset(span), scratch, 0, SPAN);
    int at = Arrays.mismatch(shadow[span], scratch);
    if (at >= 0) {
      throw new AssertionError(
          "span at "
              + offset(span)
              + " differs at "
              + at
              + ": wrote "
              + shadow[span][at]
              + ", reads "
              + scratch[at]);
    }
  }

  private long offset(int span) {
    return ((long) span * owners + index) * SPAN;
  }
}
