package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.codec.RegionDictionary;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.arena.stress.Crew;
import io.predicomp.arena.stress.SoakTime;
import io.predicomp.arena.stress.WordOwner;
import io.predicomp.arena.stress.Words;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Recompression at full speed beside accesses, demotions and compactions, with dictionaries that
 * are replaced all the time: no word is lost, and at the end nothing is left behind.
 */
class RecompressionStressTest {
  private static final int PAGES = 64;
  private static final int OWNERS = 2;
  private static final int ROUNDS_PER_DICTIONARY = 8;
  private static final int DICTIONARY_PAGES = 4;
  private static final long LEAST_RECOMPRESSIONS = 300;

  @Test
  void noWriteIsLostAndNothingIsLeft() throws InterruptedException {
    List<WordOwner> owners = new ArrayList<>();
    try (Pager pager = new Pager(PAGES)) {
      DenseTierCounters counters = pager.mover.denseTier().counters();
      Crew crew = new Crew();
      for (int i = 0; i < OWNERS; i++) {
        WordOwner owner = new WordOwner(pager.words(), pager.table.byteSize, i, OWNERS);
        owners.add(owner);
        crew.add(
            "owner " + i,
            () ->
                () -> {
                  owner.round();
                  Thread.sleep(1); // otherwise no page would ever stay compressed
                });
      }
      crew.add("evictor", () -> pager::demoteAll);
      crew.add("compactor", () -> () -> pager.mover.compact(64));
      crew.add("recompressor", () -> new Recompressions(pager)::round);
      crew.run(
          SoakTime.each(),
          () ->
              counters.toDense.sum() > LEAST_RECOMPRESSIONS
                  && counters.toColdest.sum() > LEAST_RECOMPRESSIONS
                  && counters.keptRestored.sum() > 0);
      owners.forEach(WordOwner::checkAll);
      System.out.println(
          "recompression, 64 pages: "
              + counters.toDense.sum()
              + " dense, "
              + counters.toColdest.sum()
              + " coldest, "
              + counters.keptRestored.sum()
              + " restored meanwhile, "
              + counters.keptSmallGain.sum()
              + " gained too little, "
              + pager.mover.counters().demandRestores.sum()
              + " demand restores");
      assertEquals(0, counters.keptFailed.sum());
      assertEquals(0, pager.mover.counters().corruptPages.sum());

      CopyCounts.check(pager.mover, pager.table);
      pager.fillText(1); // no copy of any kind is right any more
      assertEquals(0, pager.mover.denseTier().densePages());
      assertEquals(0, pager.mover.denseTier().coldestPages());
      assertEquals(0, pager.pool.objects());
      pager.mover.denseTier().endSweep(pager.table);
      pager.mover.denseTier().endSweep(pager.table);
      assertEquals(0, pager.pool.borrowedBytes());
      assertEquals(0, pager.mover.denseTier().dictionaries());
    }
  }

  /** Dictionaries made of what the region holds, so that they gain. */
  private static final class Recompressions {
    private final Pager pager;
    private final Words words;
    private int rounds;

    Recompressions(Pager pager) {
      this.pager = pager;
      this.words = pager.words();
    }

    void round() {
      DenseTier tier = pager.mover.denseTier();
      if (rounds++ % ROUNDS_PER_DICTIONARY == 0) {
        assertTrue(tier.adopt(pager.table, dictionary()));
      }
      PageTier wanted = rounds % 3 == 0 ? PageTier.COLDEST : PageTier.DENSE;
      tier.recompress(pager.table, 0, PAGES, wanted, DenseTierPolicy.AUTO);
    }

    private RegionDictionary dictionary() {
      ByteBuffer bytes =
          ByteBuffer.allocate(DICTIONARY_PAGES * Pager.PAGE).order(ByteOrder.nativeOrder());
      long from = (long) (rounds % (PAGES - DICTIONARY_PAGES)) * Pager.PAGE;
      while (bytes.hasRemaining()) {
        bytes.putLong(words.get(from + bytes.position()));
      }
      return RegionDictionary.of(rounds, MemorySegment.ofArray(bytes.array()));
    }
  }
}
