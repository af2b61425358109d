package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.CorruptPageException;
import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.Dictionaries;
import io.predicomp.arena.codec.RegionDictionary;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.memory.PageDiscarder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DenseTierTest {
  private static final int PAGES = 1200; // enough for a dictionary to pay for itself

  @Test
  void aTrainedDictionaryMakesPagesSmaller() {
    try (Pager pager = demoted(PAGES)) {
      DenseTier tier = pager.mover.denseTier();
      long before = pager.pool.payloadBytes();

      assertEquals(PAGES, recompress(pager, PageTier.DENSE));

      long after = pager.pool.payloadBytes();
      assertEquals(1, tier.counters().dictionariesKept.sum());
      assertTrue(after < before * 0.72, after + " of " + before);
      assertEquals(before - after, tier.counters().savedBytes.sum());
      assertEquals(PAGES, tier.densePages());
      assertEquals(after, tier.denseBytes());
      assertEquals(PAGES, PageCensus.of(pager.table).compressed());
      assertEquals(0, recompress(pager, PageTier.DENSE), "they are dense already");

      long coldest = recompress(pager, PageTier.COLDEST);
      assertTrue(coldest > PAGES * 0.9, "the others gain too little: " + coldest);
      assertTrue(pager.pool.payloadBytes() < after * 0.9);
      assertEquals(PAGES - coldest, tier.densePages());
      assertEquals(coldest, tier.coldestPages());
      assertEquals(pager.pool.payloadBytes(), tier.denseBytes() + tier.coldestBytes());
      pager.checkText(1);
    }
  }

  @Test
  void aDictionaryCountsAsPoolBytesAndGoesWithItsLastPage() {
    try (Pager pager = demoted(PAGES)) {
      DenseTier tier = pager.mover.denseTier();
      recompress(pager, PageTier.DENSE);
      assertEquals(64 << 10, tier.dictionaryBytes(), "the encoder is gone again");
      assertTrue(pager.pool.poolBytes() >= pager.pool.payloadBytes() + (64 << 10));

      pager.checkText(1); // restores and keeps clean copies
      assertEquals(1, tier.dictionaries());
      pager.fillText(2); // drops them
      assertEquals(0, tier.densePages());
      assertEquals(0, tier.denseBytes());
      tier.endSweep(pager.table); // this one has recompressed something
      tier.endSweep(pager.table);
      assertEquals(0, tier.dictionaries());
      assertEquals(0, tier.dictionaryBytes());
      assertNull(pager.table.densePlan);
      pager.checkText(2);
    }
  }

  /** Clean copies, relocation, discard and demotion again keep the counts exact. */
  @Test
  void countsStayExactWhateverHappensToThePages() {
    try (Pager pager = demoted(PAGES)) {
      DenseTier tier = pager.mover.denseTier();
      recompress(pager, PageTier.DENSE);
      pager.mover.restore(pager.table, 0, 100);
      assertEquals(PAGES, tier.densePages(), "clean copies count");
      pager.demoteAll();
      assertEquals(PAGES, tier.densePages());
      pager.mover.discard(pager.table, 0, 50);
      pager.mover.discard(pager.table, 300, 50);
      assertEquals(PAGES - 100, tier.densePages());
      for (int page = 100; page < 200; page += 2) {
        pager.writeText(page, 1);
      }
      assertEquals(PAGES - 150, tier.densePages());
      while (pager.mover.compact(1000) > 0) {}
      assertTrue(pager.mover.counters.relocations.sum() > 0);
      assertEquals(PAGES - 150, tier.densePages());
      assertEquals(pager.pool.payloadBytes(), tier.denseBytes());
      CopyCounts.check(pager.mover, pager.table);
      for (int page = 50; page < 300; page++) {
        pager.checkText(page, 1);
      }
    }
  }

  @Test
  void pagesOfAnOldDictionaryAreRestoredAfterANewOneCame() {
    try (Pager pager = demoted(100)) {
      DenseTier tier = pager.mover.denseTier();
      for (int version = 1; version <= 4; version++) {
        assertTrue(tier.adopt(pager.table, Dictionaries.dictionary(version)));
        for (int page = version; page < 100; page += 5) {
          tier.recompress(pager.table, page, 1, PageTier.DENSE, policy());
        }
        assertEquals(version, tier.dictionaries());
      }
      assertEquals(80, tier.densePages());
      for (int page = 1; page < 100; page += 5) {
        pager.writeText(page, 1);
      }
      assertTrue(tier.adopt(pager.table, Dictionaries.dictionary(5)));
      assertEquals(4, tier.dictionaries(), "the first went with its last page");
      pager.checkText(1);
    }
  }

  @Test
  void aRegionThatIsClosedTakesItsDictionaryAlong() {
    Pager pager = demoted(PAGES);
    recompress(pager, PageTier.DENSE);
    pager.mover.close(pager.table);
    assertEquals(0, pager.mover.denseTier().dictionaries());
    assertEquals(0, pager.pool.borrowedBytes());
    assertEquals(0, recompress(pager, PageTier.DENSE));
    pager.mover.close();
    assertEquals(0, recompress(pager, PageTier.DENSE), "after the close");
    pager.pool.close();
    pager.mapping.close();
  }

  /** Half of each page random: neither a dictionary nor entropy coding gains anything. */
  @Test
  void whatGainsNothingIsTriedOnceAndStays() {
    try (Pager pager = new Pager(PAGES)) {
      fillHalfRandom(pager);
      assertEquals(PAGES, pager.demoteAll());
      long before = pager.pool.payloadBytes();
      assertEquals(0, recompress(pager, PageTier.DENSE));
      assertEquals(0, pager.mover.denseTier().counters().dictionariesKept.sum());
      assertEquals(0, pager.mover.denseTier().dictionaries());
      assertEquals(before, pager.pool.payloadBytes());

      assertTrue(
          pager.mover.denseTier().adopt(pager.table, Dictionaries.dictionary(1)), "all the same");
      assertEquals(0, recompress(pager, PageTier.DENSE));
      assertEquals(PAGES, pager.mover.denseTier().counters().keptSmallGain.sum());
      assertEquals(0, recompress(pager, PageTier.DENSE));
      assertEquals(PAGES, pager.mover.denseTier().counters().keptSmallGain.sum(), "not again");
      pager.fillText(1); // written: the next copy may be tried
      pager.demoteAll();
      assertEquals(PAGES, recompress(pager, PageTier.DENSE));
      pager.checkText(1);
    }
  }

  @Test
  void tooFewPagesAreLeftAlone() {
    try (Pager pager = demoted(12)) {
      assertEquals(0, recompress(pager, PageTier.DENSE));
      assertEquals(0, pager.mover.denseTier().counters().plans.sum());
      pager.checkText(1);
    }
  }

  @Test
  void aFewPagesDoWithoutADictionary() {
    try (Pager pager = demoted(60)) {
      assertTrue(recompress(pager, PageTier.DENSE) > 0);
      assertEquals(0, pager.mover.denseTier().dictionaries(), "it would not pay for itself");
      assertEquals(0, pager.pool.borrowedBytes());
      pager.checkText(1);
    }
  }

  @Test
  void theBaseTierIsNoTarget() {
    try (Pager pager = demoted(20)) {
      assertThrows(IllegalArgumentException.class, () -> recompress(pager, PageTier.BASE));
    }
  }

  // --- failures ---------------------------------------------------------------------------------

  enum TrainingFailure {
    NOTHING_IN_COMMON,
    NO_MEMORY,
    NO_LIBRARY
  }

  @ParameterizedTest
  @EnumSource
  void aTrainingThatFailsIsDoneWithout(TrainingFailure failure) {
    try (Pager pager = demoted(PAGES)) {
      DenseTier tier = pager.mover.denseTier();
      tier.setTraining(
          (version, samples, sampleBytes, count, bytes) ->
              switch (failure) {
                case NOTHING_IN_COMMON -> Optional.empty();
                case NO_MEMORY ->
                    throw new ErrnoException("mmap", Errno.ENOMEM.number(), "injected");
                case NO_LIBRARY -> throw new UnsupportedOperationException("injected");
              });
      assertTrue(recompress(pager, PageTier.DENSE) > 0, "LZ4 HC alone gains too");
      assertEquals(1, tier.counters().trainingFailures.sum());
      assertEquals(0, tier.dictionaries());
      pager.checkText(1);
    }
  }

  /** A dictionary that was trained on something else gains nothing on the pages held out. */
  @Test
  void aDictionaryThatGainsNothingIsNotKept() {
    try (Pager pager = demoted(PAGES)) {
      DenseTier tier = pager.mover.denseTier();
      tier.setTraining(
          (version, samples, sampleBytes, count, bytes) ->
              Optional.of(RegionDictionary.of(version, MemorySegment.ofArray(new byte[bytes]))));
      recompress(pager, PageTier.DENSE);
      assertEquals(1, tier.counters().dictionariesTrained.sum());
      assertEquals(0, tier.counters().dictionariesKept.sum());
      assertEquals(0, pager.pool.borrowedBytes());
      pager.checkText(1);
    }
  }

  @Test
  void anUnforeseenErrorInTrainingLeavesEverythingAsItWas() {
    try (Pager pager = demoted(PAGES)) {
      AtomicBoolean broken = new AtomicBoolean(true);
      pager
          .mover
          .denseTier()
          .setTraining(
              (version, samples, sampleBytes, count, bytes) -> {
                if (broken.get()) {
                  throw new OutOfMemoryError("injected");
                }
                return RegionDictionary.train(version, samples, sampleBytes, count, bytes);
              });
      assertThrows(OutOfMemoryError.class, () -> recompress(pager, PageTier.DENSE));
      assertEquals(0, pager.pool.borrowedBytes());
      broken.set(false);
      assertEquals(PAGES, recompress(pager, PageTier.DENSE));
      pager.checkText(1);
    }
  }

  /** Clean copies in the dense tier that cannot leave memory, or only with an error. */
  @Test
  void countsStayExactWhenDiscardsFail() {
    PageDiscarder working = PageDiscarder.best();
    AtomicReference<Error> error = new AtomicReference<>();
    AtomicBoolean refuses = new AtomicBoolean();
    PageDiscarder discarder =
        ranges -> {
          if (error.get() != null) {
            throw error.get();
          }
          if (refuses.get()) {
            throw new ErrnoException("madvise", Errno.ENOMEM.number(), "injected");
          }
          return working.discard(ranges);
        };
    try (Pager pager =
        new Pager(PAGES, 64 << 20, Codecs.parse("lz4"), ProcessBarrier.best(), discarder)) {
      pager.fillText(1);
      assertEquals(PAGES, pager.demoteAll());
      assertEquals(PAGES, recompress(pager, PageTier.DENSE));
      assertEquals(PAGES, pager.mover.restore(pager.table, 0, PAGES));
      CopyCounts.check(pager.mover, pager.table);
      assertEquals(PAGES, pager.mover.denseTier().densePages(), "clean copies");

      error.set(new OutOfMemoryError("injected"));
      assertThrows(OutOfMemoryError.class, pager::demoteAll);
      CopyCounts.check(pager.mover, pager.table);
      assertThrows(OutOfMemoryError.class, () -> pager.mover.discard(pager.table, 0, 10));
      CopyCounts.check(pager.mover, pager.table);

      error.set(null);
      refuses.set(true);
      assertEquals(0, pager.demoteAll());
      CopyCounts.check(pager.mover, pager.table);
      pager.mover.discard(pager.table, 0, 10);
      CopyCounts.check(pager.mover, pager.table);

      refuses.set(false);
      pager.demoteAll();
      CopyCounts.check(pager.mover, pager.table);
      for (int page = 10; page < PAGES; page++) {
        pager.checkText(page, 1);
      }
    }
  }

  @Test
  void thePoolsLimitHoldsForDictionariesToo() {
    int pages = 590;
    try (Pager pager =
        new Pager(
            pages, 1 << 20, Codecs.parse("lz4"), ProcessBarrier.best(), PageDiscarder.best())) {
      pager.fillText(1);
      pager.demoteAll();
      for (int round = 0; round < 3; round++) {
        recompress(pager, PageTier.DENSE);
        assertTrue(pager.pool.poolBytes() <= pager.pool.limitBytes());
        pager.demoteAll();
        assertTrue(pager.pool.poolBytes() <= pager.pool.limitBytes());
      }
      assertFalse(pager.pool.borrow(pager.pool.limitBytes()));
      pager.checkText(1);
    }
  }

  @Test
  void damageIsNotMadeToLookRight() {
    try (Pager pager = demoted(PAGES)) {
      long entry = pager.table.entries[8];
      long at = pager.pool.address(PageEntry.handle(entry)) + PageEntry.length(entry) / 2;
      byte right = AddressSpace.ALL.get(ValueLayout.JAVA_BYTE, at);
      AddressSpace.ALL.set(ValueLayout.JAVA_BYTE, at, (byte) (right ^ 0x10));
      assertEquals(PAGES - 1, recompress(pager, PageTier.DENSE));
      assertTrue(pager.mover.denseTier().counters().keptFailed.sum() > 0);
      assertThrows(CorruptPageException.class, () -> pager.checkText(8, 1));
      AddressSpace.ALL.set(ValueLayout.JAVA_BYTE, at, right);
      pager.checkText(1);
    }
  }

  private static void fillHalfRandom(Pager pager) {
    Random random = new Random(1);
    for (long at = 0; at < pager.table.byteSize; at += Long.BYTES) {
      pager.words().set(at, at % Pager.PAGE < Pager.PAGE / 2 ? random.nextLong() : 1);
    }
  }

  private static Pager demoted(int pages) {
    Pager pager = new Pager(pages);
    pager.fillText(1);
    assertEquals(pages, pager.demoteAll());
    return pager;
  }

  private static long recompress(Pager pager, PageTier tier) {
    return pager
        .mover
        .denseTier()
        .recompress(pager.table, 0, pager.table.pageCount, tier, policy());
  }

  /** Times measured on a busy machine must not decide a test. */
  private static DenseTierPolicy policy() {
    return new DenseTierPolicy(true, 0, 0, 65_536, 128, 32, 5, 0);
  }
}
