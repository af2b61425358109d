package io.predicomp.workloads.fill;

import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.PageCodec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Finds the proportion of random words with which LZ4 reaches a given ratio at a page size. */
final class RatioCalibration {
  private static final int SAMPLE_PAGES = 8;
  private static final int SEARCHED_EITHER_SIDE = 16;

  /** What LZ4 may add to data it cannot compress is less: LZ4_compressBound in lz4.h. */
  private static final int ROOM_TO_GROW = 1024;

  private final PageCodec codec = Codecs.parse("lz4");
  private final String name;
  private final long seed;
  private final int pageBytes;

  RatioCalibration(String name, long seed, int pageBytes) {
    this.name = name;
    this.seed = seed;
    this.pageBytes = pageBytes;
  }

  /**
   * {@return the fill whose ratio is nearest}
   *
   * @param ratio original ÷ compressed bytes
   */
  RatioFill fillFor(double ratio) {
    int fewest = 0;
    int most = pageBytes / Long.BYTES;
    while (fewest < most) { // the ratio falls as random words are added
      int middle = (fewest + most) >>> 1;
      if (ratioOf(middle) > ratio) {
        fewest = middle + 1;
      } else {
        most = middle;
      }
    }
    return new RatioFill(name, seed, nearest(most, ratio));
  }

  /** The ratio does not fall evenly: where pieces get their first random words, it jumps. */
  private int nearest(int around, double ratio) {
    int best = around;
    double smallestError = Double.MAX_VALUE;
    int last = Math.min(around + SEARCHED_EITHER_SIDE, pageBytes / Long.BYTES);
    for (int words = Math.max(0, around - SEARCHED_EITHER_SIDE); words <= last; words++) {
      double error = Math.abs(ratioOf(words) - ratio);
      if (error < smallestError) {
        smallestError = error;
        best = words;
      }
    }
    return best;
  }

  private double ratioOf(int randomWords) {
    return measure(new RatioFill(name, seed, randomWords));
  }

  /** {@return original ÷ compressed bytes of the first pages} */
  double measure(PageFill fill) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(pageBytes);
      MemorySegment target = arena.allocate(pageBytes + ROOM_TO_GROW);
      long compressed = 0;
      for (int i = 0; i < SAMPLE_PAGES; i++) {
        fill.fill(i, page);
        compressed += codec.compress(page, 0, pageBytes, target, 0, (int) target.byteSize());
      }
      return (double) SAMPLE_PAGES * pageBytes / compressed;
    }
  }
}
