package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/**
 * {@link PageAccess#mismatch} finds the byte that differs, wherever it is. Most tests that compare
 * contents rely on it.
 */
class RegionMismatchTest {
  private static final int PAGE = 4096;

  /** More than two of the pieces that a comparison goes by. */
  private static final int BYTES = 40 * PAGE;

  private static final int PIECE = 64 << 10;

  /** From here on a comparison goes by larger pieces. */
  private static final int LARGE_PIECE = 4 << 20;

  enum Pages {
    RESIDENT,
    COMPRESSED,
    EVERY_OTHER;

    void arrange(Region region) {
      switch (this) {
        case RESIDENT -> region.restore(0, region.byteSize());
        case COMPRESSED -> region.compress();
        case EVERY_OTHER -> {
          region.restore(0, region.byteSize());
          for (long page = 0; page < region.pageCount(); page += 2) {
            region.compress(page * region.pageBytes(), 1);
          }
        }
      }
    }
  }

  /** Where the two are compared, and where they differ: {@code at} bytes into the range. */
  record Difference(int offset, int length, int at, int otherOffset) {}

  @Property(tries = 400)
  void aDifferenceOfOneByteIsFound(
      @ForAll("differences") Difference difference,
      @ForAll Pages pages,
      @ForAll boolean inRegion,
      @ForAll boolean throughCursor,
      @ForAll boolean onHeap,
      @ForAll long seed) {
    try (CompressedArena arena = CompressedArena.open();
        Arena nativeMemory = Arena.ofConfined()) {
      Region region = arena.allocateRegion(BYTES);
      byte[] content = TestPages.fillHalfRandom(region, seed);
      byte[] other = surroundedByNoise(content, difference, seed);
      check(
          region, throughCursor, difference, pages, content, segment(other, onHeap, nativeMemory));

      if (inRegion) {
        int at = difference.offset + difference.at;
        content[at] ^= 1;
        region.setByte(at, content[at]);
      } else {
        other[difference.otherOffset + difference.at] ^= 1;
      }
      check(
          region, throughCursor, difference, pages, content, segment(other, onHeap, nativeMemory));
    }
  }

  /** Equal within the range, different before and behind it. */
  private static byte[] surroundedByNoise(byte[] content, Difference difference, long seed) {
    byte[] other = new byte[difference.otherOffset + difference.length + 9];
    new Random(seed).nextBytes(other);
    System.arraycopy(content, difference.offset, other, difference.otherOffset, difference.length);
    return other;
  }

  private static MemorySegment segment(byte[] bytes, boolean onHeap, Arena arena) {
    MemorySegment heap = MemorySegment.ofArray(bytes);
    return onHeap ? heap : arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
  }

  private static void check(
      Region region,
      boolean throughCursor,
      Difference d,
      Pages pages,
      byte[] content,
      MemorySegment other) {
    pages.arrange(region);
    PageAccess access = throughCursor ? region.cursor() : region;
    int expected =
        Arrays.mismatch(
            content,
            d.offset,
            d.offset + d.length,
            other.toArray(ValueLayout.JAVA_BYTE),
            d.otherOffset,
            d.otherOffset + d.length);
    assertEquals(expected, access.mismatch(d.offset, other, d.otherOffset, d.length));
  }

  /** Each is the first that counts, also if all that follows differs. */
  @Test
  void theFirstOfManyDifferencesInMoreThanALargePiece() {
    int bytes = LARGE_PIECE + 3 * PIECE;
    int[] places = {
      0,
      PAGE - 1,
      PAGE,
      PIECE - 1,
      PIECE,
      LARGE_PIECE - 1,
      LARGE_PIECE,
      LARGE_PIECE + PIECE,
      bytes - 1
    };
    try (CompressedArena arena = CompressedArena.open()) {
      Region region = arena.allocateRegion(bytes);
      byte[] content = TestPages.fillHalfRandom(region, 5);
      MemorySegment other = MemorySegment.ofArray(content);
      region.compress();
      assertEquals(-1, region.mismatch(0, other, 0, bytes));
      for (int i = places.length - 1; i >= 0; i--) {
        content[places[i]] ^= 1;
        region.compress();
        assertEquals(places[i], region.mismatch(0, other, 0, bytes));
        assertEquals(-1, region.mismatch(0, other, 0, places[i]), "before it all is equal");
      }
    }
  }

  /** At the ends of the range, at the edges of pages and of pieces, and anywhere. */
  @Provide
  Arbitrary<Difference> differences() {
    Arbitrary<Integer> places =
        Arbitraries.oneOf(Arbitraries.of(edges()), Arbitraries.integers().between(0, BYTES - 1));
    return Combinators.combine(places, places, places, Arbitraries.of(0, 1, 7, 8, 4096, 5001))
        .as(
            (a, b, c, otherOffset) -> {
              int[] sorted = IntStream.of(a, b, c).sorted().toArray();
              int offset = sorted[0];
              return new Difference(
                  offset, sorted[2] - offset + 1, sorted[1] - offset, otherOffset);
            });
  }

  private static Integer[] edges() {
    IntStream pages = IntStream.of(PAGE, 7 * PAGE, BYTES - PAGE);
    IntStream pieces = IntStream.of(PIECE, 2 * PIECE);
    return IntStream.concat(
            IntStream.of(0, BYTES - 1),
            IntStream.concat(pages, pieces).flatMap(edge -> IntStream.of(edge - 1, edge)))
        .boxed()
        .toArray(Integer[]::new);
  }
}
