package io.predicomp.arena.policy;

import java.util.BitSet;

/** Pages that age epoch by epoch, and the histogram of it: what a scan would see. */
final class AgeingPages {
  final AgeHistogram histogram = new AgeHistogram();
  final BitSet touched = new BitSet();
  private final int[] ages;
  private final long epochNanos;

  AgeingPages(int pages, long epochNanos) {
    ages = new int[pages];
    this.epochNanos = epochNanos;
  }

  /** Ends an epoch in which the pages of {@link #touched} were touched, and empties that set. */
  void endEpoch() {
    for (int page = 0; page < ages.length; page++) {
      if (touched.get(page)) {
        histogram.touchedAgain(ages[page], 1);
        ages[page] = 0;
      } else {
        ages[page] = Math.min(ages[page] + 1, AgeHistogram.OLDEST);
      }
      histogram.add(ages[page], 1);
    }
    histogram.endEpoch(epochNanos);
    touched.clear();
  }
}
