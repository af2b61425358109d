package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Costs as measured on generated JSON (docs/dense-tier.md), then bent to each side of a limit. */
class DenseTierChoiceTest {
  private static final DenseTierPolicy POLICY = DenseTierPolicy.AUTO;
  private static final TierCost LZ4 = new TierCost(1994, 4_100, 1_060);
  private static final TierCost HC = new TierCost(1826, 17_000, 1_060);
  private static final TierCost ZSTD = new TierCost(1079, 32_000, 5_000);
  private static final TierCost DICTIONARY = new TierCost(1366, 54_000, 1_740);

  @Test
  void whatRestoresSlowlyIsForTheColdestOnly() {
    List<TierCost> candidates = List.of(HC, ZSTD, DICTIONARY);
    assertEquals(2, DenseTierChoice.dense(POLICY, LZ4, candidates));
    assertEquals(1, DenseTierChoice.coldest(POLICY, LZ4, candidates));
  }

  @Test
  void withoutADictionaryHighCompressionIsBetterThanNothing() {
    assertEquals(0, DenseTierChoice.dense(POLICY, LZ4, List.of(HC, ZSTD)));
  }

  @Test
  void aSmallGainIsNone() {
    TierCost hardly = new TierCost(1994 * 0.96, 17_000, 1_060);
    TierCost same = new TierCost(1994, 1_000, 500);
    TierCost failed = new TierCost(Double.MAX_VALUE, 1, 1);
    assertEquals(
        DenseTierChoice.NONE, DenseTierChoice.dense(POLICY, LZ4, List.of(hardly, same, failed)));
    assertEquals(DenseTierChoice.NONE, DenseTierChoice.coldest(POLICY, LZ4, List.of(hardly, same)));
    assertEquals(DenseTierChoice.NONE, DenseTierChoice.dense(POLICY, LZ4, List.of()));
  }

  @Test
  void timeThatSavesTooLittleIsNotSpent() {
    TierCost slow = new TierCost(1366, 300_000, 1_740);
    assertEquals(DenseTierChoice.NONE, DenseTierChoice.dense(POLICY, LZ4, List.of(slow)));
    assertEquals(1, DenseTierChoice.dense(POLICY, LZ4, List.of(slow, HC)));
  }

  @Test
  void aDictionaryMustPayForItselfTwice() {
    long held = 64 << 10;
    assertFalse(DenseTierChoice.keepsDictionary(POLICY, 1366, 1826, 284, held));
    assertTrue(DenseTierChoice.keepsDictionary(POLICY, 1366, 1826, 285, held));
    assertFalse(
        DenseTierChoice.keepsDictionary(POLICY, 1366, 1400, 1 << 20, held),
        "gains less than 5 % on pages it has not seen");
    assertFalse(
        DenseTierChoice.keepsDictionary(POLICY, 1900, 1826, 1 << 20, held),
        "worse than no dictionary");
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    refused("denseAfterMillis is -1", () -> POLICY.after(-1, 1));
    refused("coldestAfterMillis is 1, allowed are 2", () -> POLICY.after(2, 1));
    refused("dictionaryBytes is 65537", () -> new DenseTierPolicy(true, 1, 1, 65_537, 16, 4, 5, 1));
    refused("trainingPages is 15", () -> new DenseTierPolicy(true, 1, 1, 1024, 15, 4, 5, 1));
    refused("heldOutPages is 3", () -> new DenseTierPolicy(true, 1, 1, 1024, 16, 3, 5, 1));
    refused("minGainPercent is 0", () -> new DenseTierPolicy(true, 1, 1, 1024, 16, 4, 0, 1));
    refused(
        "bytesPerCpuMicro is NaN",
        () -> new DenseTierPolicy(true, 1, 1, 1024, 16, 4, 5, Double.NaN));
  }

  private static void refused(String text, org.junit.jupiter.api.function.Executable call) {
    var e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(e.getMessage().contains(text), e.getMessage());
  }
}
