package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class VictimPolicyTest {
  @Test
  void temperaturesGoByAge() {
    assertEquals(Temperature.HOT, Temperature.of(0, 5));
    assertEquals(Temperature.WARM, Temperature.of(4, 5));
    assertEquals(Temperature.COLD, Temperature.of(5, 5));
    assertEquals(Temperature.COLD, Temperature.of(255, 5));
  }

  @Property(tries = 200)
  void everyColdPageThatMayGoIsFoundOnceInAddressOrder(
      @ForAll @Size(min = 1, max = 2_000) byte[] ages,
      @ForAll @IntRange(min = 1, max = 255) int coldAge,
      @ForAll @DoubleRange(min = 0, max = 1) double share) {
    boolean[] found = new boolean[ages.length];
    int at = 0;
    for (long run = VictimPolicy.next(ages, 0, ages.length, coldAge, share);
        run != VictimPolicy.NONE;
        run = VictimPolicy.next(ages, at, ages.length, coldAge, share)) {
      assertTrue(VictimPolicy.from(run) >= at);
      assertTrue(VictimPolicy.end(run) - VictimPolicy.from(run) <= VictimPolicy.MOST_PAGES);
      at = VictimPolicy.end(run);
      Arrays.fill(found, VictimPolicy.from(run), at, true);
    }
    for (int page = 0; page < ages.length; page++) {
      boolean cold = Byte.toUnsignedInt(ages[page]) >= coldAge;
      assertEquals(cold && VictimPolicy.mayGo(page, share), found[page], "page " + page);
    }
  }

  @Test
  void aShareIsAShareAndGrowsFromTheSmallerOnes() {
    int pages = 1 << 18;
    int before = 0;
    for (int percent = 0; percent <= 100; percent += 10) {
      int count = 0;
      for (int page = 0; page < pages; page++) {
        boolean goes = VictimPolicy.mayGo(page, percent / 100.0);
        count += goes ? 1 : 0;
        assertTrue(!VictimPolicy.mayGo(page, (percent - 10) / 100.0) || goes);
      }
      assertEquals(percent / 100.0, (double) count / pages, 0.02);
      assertTrue(count >= before);
      before = count;
    }
    assertEquals(pages, before);
  }

  /** Sixteen pages of JSON by the costs of docs/measuring.md. */
  private static final List<TierChoice.Candidate> CODECS =
      List.of(
          new TierChoice.Candidate("lz4", 65_536, 33_267, 83_200, 14_400),
          new TierChoice.Candidate("zstd", 65_536, 18_306, 240_000, 83_200),
          new TierChoice.Candidate("noise", 65_536, 65_000, 1_000, 1_000));

  @Test
  void theTierFollowsFromWhatItSavesAndCosts() {
    TierChoice choice = new TierChoice(1, 5);
    assertEquals(0, choice.best(CODECS));
    assertEquals(0, choice.score(CODECS.get(2)));
    // Held by LZ4 already, only zstd saves more.
    assertEquals(1, choice.denser(CODECS, CODECS.get(0).savedBytes()));
    assertEquals(-1, choice.denser(CODECS, CODECS.get(1).savedBytes()));
    assertEquals(-1, choice.best(List.of()));
    assertThrows(IllegalArgumentException.class, () -> new TierChoice(-1, 5));
    assertThrows(IllegalArgumentException.class, () -> new TierChoice(1, 100));
    assertThrows(
        IllegalArgumentException.class, () -> new TierChoice.Candidate("none", 0, 0, 0, 0));
  }
}
