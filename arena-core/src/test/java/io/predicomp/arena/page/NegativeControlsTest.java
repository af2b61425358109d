package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.CorruptPageException;
import io.predicomp.arena.stress.Crew;
import io.predicomp.arena.stress.SoakTime;
import io.predicomp.arena.stress.WordOwner;
import io.predicomp.arena.stress.Words;
import io.predicomp.os.memory.AddressRanges;
import io.predicomp.os.memory.PageDiscarder;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Breaks one step of the protocol at a time and asks the checks of the stress tests to notice. The
 * broken step is widened by a pause in which the evictor gets through, so that each control fails
 * at once; the right protocol is paused at the same place and must hold.
 */
class NegativeControlsTest {
  private static final int PAGES = 16;

  /** The pause ends when the evictor has gone round, or after this long without it. */
  private static final long LONGEST_PAUSE_NANOS = 5_000_000;

  /** A control has this long to fail, and stops at once when it does. */
  private static final Duration LONGEST_CONTROL = Duration.ofSeconds(30);

  private static final int ACCESSES_PER_PAUSE = 16;

  private final AtomicLong evictorRounds = new AtomicLong();
  private int accesses;

  /** Lets the evictor in, now and then, where the broken access is open. */
  private void pause() {
    if (++accesses % ACCESSES_PER_PAUSE != 0) {
      return;
    }
    long until = evictorRounds.get() + 2; // one whole round at least
    long begin = System.nanoTime();
    while (evictorRounds.get() < until && System.nanoTime() - begin < LONGEST_PAUSE_NANOS) {
      Thread.onSpinWait();
    }
  }

  @Test
  void theRightProtocolHoldsWithThePause() throws InterruptedException {
    try (Pager pager = new Pager(PAGES)) {
      PinSlot slot = registered(pager);
      assertFalse(losesWrites(pager, pausedWithin(pager, slot), SoakTime.each()));
    }
  }

  /** An evictor that reads the pins of others only, as if it read them before its barrier. */
  @Test
  void anUnseenPinLosesWrites() throws InterruptedException {
    try (Pager pager = new Pager(PAGES)) {
      PinSlot unregistered = new PinSlot(false);
      assertTrue(losesWrites(pager, pausedWithin(pager, unregistered), LONGEST_CONTROL));
    }
  }

  /**
   * What a processor does without the barrier: the store of the pin lands after the state is read.
   */
  @Test
  void aPinStoredLateLosesWrites() throws InterruptedException {
    try (Pager pager = new Pager(PAGES)) {
      PinSlot slot = registered(pager);
      Words broken =
          new Broken(pager) {
            @Override
            public void set(long offset, long value) {
              int page = pager.table.pageOf(offset);
              slot.enterWritePages(pager.table, page, 1); // only to have it writable
              slot.exit();
              if (pager.table.state(page) >= PageState.WRITABLE) {
                pause();
                slot.announce(pager.table.base + offset);
                pager.setRaw(offset, value);
                slot.exit();
              } else {
                super.set(offset, value);
              }
            }
          };
      assertTrue(losesWrites(pager, broken, LONGEST_CONTROL));
    }
  }

  /** What a plain store of the unpin allows: the data access sinks below it. */
  @Test
  void anEarlyUnpinLosesWrites() throws InterruptedException {
    try (Pager pager = new Pager(PAGES)) {
      PinSlot slot = registered(pager);
      Words broken =
          new Broken(pager) {
            @Override
            public void set(long offset, long value) {
              slot.enterWritePages(pager.table, pager.table.pageOf(offset), 1);
              slot.exit();
              pause();
              pager.setRaw(offset, value);
            }
          };
      assertTrue(losesWrites(pager, broken, LONGEST_CONTROL));
    }
  }

  /** A writable range that does not last as long as its raw segment is written. */
  @Test
  void aRangeReleasedEarlyLosesWrites() throws InterruptedException {
    try (Pager pager = new Pager(PAGES)) {
      Words broken =
          new Broken(pager) {
            @Override
            public void set(long offset, long value) {
              RangePin.take(pager.table, pager.table.pageOf(offset), 1, true).release();
              pause();
              pager.setRaw(offset, value);
            }
          };
      assertTrue(losesWrites(pager, broken, LONGEST_CONTROL));
    }
  }

  @Test
  void aDiscardWithoutCompressionLosesWrites() throws InterruptedException {
    try (Pager pager = new Pager(PAGES)) {
      AddressRanges ranges = new AddressRanges(1);
      Crew crew =
          new Crew()
              .add(
                  "discarder",
                  () ->
                      () -> {
                        ranges.clear();
                        ranges.add(pager.table.base, pager.table.byteSize);
                        PageDiscarder.best().discard(ranges);
                      });
      assertTrue(losesWrites(pager, pager.words(), LONGEST_CONTROL, crew));
    }
  }

  /** The kernel takes more than it was told to. */
  @Test
  void aDiscardOfOnePageTooManyLosesWrites() throws InterruptedException {
    PageDiscarder greedy =
        ranges -> {
          // The page behind the batch as well, as a wrong length would.
          AddressRanges more = new AddressRanges(1);
          more.add(ranges.address(0), ranges.length(0) + Pager.PAGE);
          PageDiscarder.best().discard(more);
          return PageDiscarder.best().discard(ranges);
        };
    try (Pager pager = new Pager(PAGES + 1, new FaultyCodec(), ProcessBarrier.best(), greedy)) {
      assertTrue(losesWrites(pager, pager.words(), LONGEST_CONTROL));
    }
  }

  private static PinSlot registered(Pager pager) {
    PinSlot slot = new PinSlot();
    pager.mover.pins().register(slot);
    return slot;
  }

  private boolean losesWrites(Pager pager, Words words, Duration time) throws InterruptedException {
    return losesWrites(pager, words, time, new Crew());
  }

  private boolean losesWrites(Pager pager, Words words, Duration time, Crew crew)
      throws InterruptedException {
    long bytes = (long) PAGES * Pager.PAGE;
    crew.add("owner", () -> new WordOwner(words, bytes, 0, 1)::round);
    crew.add(
        "evictor",
        () ->
            () -> {
              pager.demoteAll();
              evictorRounds.incrementAndGet();
            });
    boolean failed = crew.runUntilFailure(time, () -> pager.mover.counters.demoted.sum() > 0);
    // A page that was emptied while it was being restored has the wrong checksum: lost as well.
    if (failed
        && !(crew.failure() instanceof AssertionError)
        && !(crew.failure() instanceof CorruptPageException)) {
      throw new AssertionError("it did not fail as it should", crew.failure());
    }
    return failed;
  }

  /** Right, but with the pause between entering and writing. */
  private Words pausedWithin(Pager pager, PinSlot slot) {
    return new Broken(pager) {
      @Override
      public void set(long offset, long value) {
        slot.enterWritePages(pager.table, pager.table.pageOf(offset), 1);
        pause();
        pager.setRaw(offset, value);
        slot.exit();
      }
    };
  }

  /** Reads as it should be done; what breaks is the write. */
  private abstract static class Broken implements Words {
    private final Words right;

    Broken(Pager pager) {
      right = pager.words();
    }

    @Override
    public long get(long offset) {
      return right.get(offset);
    }

    @Override
    public void set(long offset, long value) {
      right.set(offset, value);
    }
  }
}
