package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
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
  void takesWhatIsColdAndMayGo(
      @ForAll @IntRange(min = 0, max = 255) int age,
      @ForAll @IntRange(min = 0, max = 255) int coldAge,
      @ForAll @IntRange(min = 0) int page,
      @ForAll @DoubleRange(min = 0, max = 1) double share) {
    VictimPolicy policy = new VictimPolicy(coldAge, share);
    assertEquals(age >= coldAge && policy.mayGo(page), policy.takes(page, age));
    int block = page / VictimPolicy.BLOCK_PAGES * VictimPolicy.BLOCK_PAGES;
    assertEquals(policy.mayGo(block), policy.mayGo(page), "a block shares its fate");
    assertTrue(new VictimPolicy(coldAge, 1).mayGo(page));
    assertFalse(VictimPolicy.NONE.takes(page, age));
  }

  @Test
  void aShareIsAShareAndGrowsFromTheSmallerOnes() {
    int pages = 1 << 18;
    int before = 0;
    for (int percent = 0; percent <= 100; percent += 10) {
      VictimPolicy policy = new VictimPolicy(1, percent / 100.0);
      VictimPolicy smaller = new VictimPolicy(1, Math.max(0, percent - 10) / 100.0);
      int count = 0;
      for (int page = 0; page < pages; page++) {
        boolean goes = policy.mayGo(page);
        count += goes ? 1 : 0;
        assertTrue(!smaller.mayGo(page) || goes);
      }
      assertEquals(percent / 100.0, (double) count / pages, 0.02);
      assertTrue(count >= before);
      before = count;
    }
    assertEquals(pages, before);
  }

  @Test
  void figuresOutOfRangeAreNamed() {
    assertThrows(IllegalArgumentException.class, () -> new VictimPolicy(-1, 1));
    assertThrows(IllegalArgumentException.class, () -> new VictimPolicy(256, 1));
    assertThrows(IllegalArgumentException.class, () -> new VictimPolicy(1, 1.1));
    assertThrows(IllegalArgumentException.class, () -> new VictimPolicy(1, Double.NaN));
  }
}
