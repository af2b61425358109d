package io.predicomp.workloads.fill;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Random words and repetitions of one word, in a proportion that sets how far the page compresses.
 * The page is cut into pieces that each begin with random words and end with repetitions, because
 * real data, too, has something new everywhere instead of one incompressible half.
 *
 * @param randomWords random words of the page, spread evenly over its pieces
 */
record RatioFill(String name, long seed, int randomWords) implements PageFill {
  private static final int PIECE_WORDS = 32;

  @Override
  public void fill(long page, MemorySegment out) {
    long key = Mix.at(seed, page);
    long repeated = Mix.hash(key);
    int words = (int) (out.byteSize() / Long.BYTES);
    int pieces = words / PIECE_WORDS;
    for (int piece = 0; piece < pieces; piece++) {
      int random = randomWords * (piece + 1) / pieces - randomWords * piece / pieces;
      for (int i = 0; i < PIECE_WORDS; i++) {
        int word = piece * PIECE_WORDS + i;
        out.set(
            JAVA_LONG_UNALIGNED,
            (long) word * Long.BYTES,
            i < random ? Mix.at(key, word) : repeated);
      }
    }
  }
}
