package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.codec.Dictionaries;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.memory.Mapping;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recompression that gets no memory does without, says so in its counters, and tries again. */
class RecompressionMemoryTest {
  private static final int PAGES = 300;
  private static final DenseTierPolicy POLICY =
      new DenseTierPolicy(true, 0, 0, 65_536, 128, 32, 5, 0);

  /** The mappings of the recompressor and of a sample, each of which fails in turn. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void workingMemory(int failsAt) {
    AtomicBoolean failing = new AtomicBoolean(true);
    int[] calls = {0};
    try (Pager pager = demoted()) {
      DenseTier tier = pager.mover.denseTier();
      tier.setMemory(
          bytes -> {
            if (failing.get() && ++calls[0] >= failsAt) {
              throw new ErrnoException("mmap", Errno.ENOMEM.number(), "injected");
            }
            return Mapping.anonymous(bytes);
          });
      for (int attempt = 1; attempt <= 2; attempt++) {
        assertEquals(0, recompress(pager));
        assertEquals(attempt, tier.counters().trainingFailures.sum());
      }
      assertEquals(PAGES, PageCensus.of(pager.table).compressed());
      assertEquals(0, pager.pool.borrowedBytes());
      failing.set(false);
      assertTrue(recompress(pager) > 0);
      pager.checkText(1);
    }
  }

  @Test
  void theEncoderOfADictionaryInUse() {
    AtomicBoolean failing = new AtomicBoolean(true);
    try (Pager pager = demoted()) {
      DenseTier tier = pager.mover.denseTier();
      assertTrue(tier.adopt(pager.table, Dictionaries.withoutEncoder(1, failing::get)));
      long borrowed = pager.pool.borrowedBytes();
      assertEquals(0, recompress(pager));
      assertEquals(borrowed, pager.pool.borrowedBytes());
      failing.set(false);
      assertTrue(recompress(pager) > 0);
      failing.set(true); // restoring needs no encoder
      pager.checkText(1);
      assertEquals(borrowed, pager.pool.borrowedBytes());
    }
  }

  @Test
  void theEncoderOfADictionaryJustTrained() {
    AtomicBoolean failing = new AtomicBoolean(true);
    try (Pager pager = demoted()) {
      DenseTier tier = pager.mover.denseTier();
      tier.setTraining(
          (version, samples, sampleBytes, count, bytes) ->
              Optional.of(Dictionaries.withoutEncoder(version, failing::get)));
      assertTrue(recompress(pager) > 0, "LZ4 HC alone gains too");
      assertEquals(1, tier.counters().trainingFailures.sum());
      assertEquals(0, tier.counters().dictionariesTrained.sum());
      assertEquals(0, tier.dictionaries());
      assertEquals(0, pager.pool.borrowedBytes());
      pager.checkText(1);
    }
  }

  private static Pager demoted() {
    Pager pager = new Pager(PAGES);
    pager.fillText(1);
    assertEquals(PAGES, pager.demoteAll());
    return pager;
  }

  private static long recompress(Pager pager) {
    return pager.mover.denseTier().recompress(pager.table, 0, PAGES, PageTier.DENSE, POLICY);
  }
}
