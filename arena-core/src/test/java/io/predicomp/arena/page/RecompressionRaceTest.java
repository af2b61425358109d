package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.CorruptPageException;
import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.arena.stress.Crew;
import io.predicomp.os.memory.Mapping;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * What others do to a page between the moment its copy is read for recompression and the moment its
 * entry is exchanged, one interleaving at a time: the codec's own call is where they do it.
 */
class RecompressionRaceTest {
  private static final int PAGE_UNDER_TEST = 3;

  /** LZ4 HC that lets somebody else act before it compresses. */
  private static final class Interrupted implements PageCodec {
    private final PageCodec right = Codecs.parse("lz4hc-9");
    private final Runnable interruption;

    Interrupted(Runnable interruption) {
      this.interruption = interruption;
    }

    @Override
    public String name() {
      return "interrupted";
    }

    @Override
    public int compress(
        MemorySegment source, long from, int length, MemorySegment target, long to, int capacity) {
      interruption.run();
      return right.compress(source, from, length, target, to, capacity);
    }

    @Override
    public int decompress(
        MemorySegment source, long from, int length, MemorySegment target, long to, int produced) {
      return right.decompress(source, from, length, target, to, produced);
    }
  }

  @Test
  void undisturbedItIsExchanged() {
    interrupted(pager -> {}, Recompressor.Outcome.DONE, 1);
  }

  @Test
  void aPageReadMeanwhileStaysAsItIs() {
    interrupted(pager -> pager.checkText(PAGE_UNDER_TEST, 1), Recompressor.Outcome.RESTORED, 1);
  }

  @Test
  void aPageWrittenMeanwhileStaysAsItIs() {
    interrupted(pager -> pager.writeText(PAGE_UNDER_TEST, 2), Recompressor.Outcome.RESTORED, 2);
  }

  @Test
  void otherPagesMayComeAndGo() {
    interrupted(
        pager -> {
          pager.checkText(PAGE_UNDER_TEST - 1, 1);
          pager.writeText(PAGE_UNDER_TEST + 1, 1);
        },
        Recompressor.Outcome.DONE,
        1);
  }

  private interface Disturbance {
    void act(Pager pager);
  }

  /** The others are other threads: they do not have the lock. */
  private static void interrupted(
      Disturbance disturbance, Recompressor.Outcome expected, long seed) {
    try (Pager pager = demoted()) {
      pager.mover.demotion.lock();
      try {
        assertEquals(expected, recompress(pager, () -> disturbance.act(pager)));
      } finally {
        pager.mover.demotion.unlock();
      }
      boolean exchanged = expected == Recompressor.Outcome.DONE;
      assertEquals(exchanged ? 1 : 0, pager.mover.codecs.pages(PageCodecs.HIGH_COMPRESSION));
      pager.checkText(PAGE_UNDER_TEST, seed);
      pager.checkText(0, 1);
      assertEquals(0, pager.mover.counters.corruptPages.sum());
    }
  }

  /** What rules the last interleaving out: a page that was written cannot leave memory again. */
  @Test
  void aDemotionWaitsForTheLock() {
    Thread[] demoter = new Thread[1];
    try (Pager pager = demoted()) {
      pager.mover.demotion.lock();
      try {
        Recompressor.Outcome outcome =
            recompress(
                pager,
                () -> {
                  inAnotherThread(() -> pager.writeText(PAGE_UNDER_TEST, 2));
                  demoter[0] = Thread.ofPlatform().start(pager::demoteAll);
                  awaitQueued(pager);
                  assertTrue(PageState.isResident(pager.table.state(PAGE_UNDER_TEST)));
                });
        assertEquals(Recompressor.Outcome.RESTORED, outcome);
      } finally {
        pager.mover.demotion.unlock();
      }
      join(demoter[0]);
      assertTrue(PageState.isEvicted(pager.table.state(PAGE_UNDER_TEST)));
      pager.checkText(PAGE_UNDER_TEST, 2);
      pager.checkText(0, 1);
    }
  }

  /**
   * The control: the same steps without the lock. In between the page is restored, written and
   * demoted again; its state is what it was, so the exchange succeeds and old content comes back,
   * which only the checksum tells.
   */
  @Test
  void withoutTheLockOldContentComesBack() {
    try (Pager pager = demoted()) {
      try {
        recompress(
            pager,
            () ->
                inAnotherThread(
                    () -> {
                      pager.writeText(PAGE_UNDER_TEST, 2);
                      pager.demoteAll();
                    }));
      } catch (IllegalStateException freedTwice) {
        assertTrue(freedTwice.getMessage().contains("is not live"), freedTwice.getMessage());
      }
      assertThrows(CorruptPageException.class, () -> pager.checkText(PAGE_UNDER_TEST, 2));
    }
  }

  private static Pager demoted() {
    Pager pager = new Pager(16);
    pager.fillText(1);
    assertEquals(16, pager.demoteAll());
    return pager;
  }

  private static Recompressor.Outcome recompress(Pager pager, Runnable interruption) {
    PageMover mover = pager.mover;
    mover.codecs.set(PageCodecs.HIGH_COMPRESSION, new Interrupted(interruption));
    try (Recompressor recompressor =
        new Recompressor(
            mover, mover.pressure, new DenseTierCounters(), Pager.PAGE, Mapping::anonymous)) {
      return recompressor.recompress(
          pager.table,
          PAGE_UNDER_TEST,
          PageCodecs.HIGH_COMPRESSION,
          PageTier.DENSE,
          DenseTierPolicy.AUTO);
    }
  }

  private static void inAnotherThread(Runnable action) {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform().uncaughtExceptionHandler((t, e) -> failure.set(e)).start(action);
    join(thread);
    if (failure.get() != null) {
      throw new AssertionError(failure.get());
    }
  }

  private static void awaitQueued(Pager pager) {
    while (!pager.mover.demotion.hasQueuedThreads()) {
      Thread.onSpinWait();
    }
  }

  private static void join(Thread thread) {
    try {
      Crew.join(thread);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
