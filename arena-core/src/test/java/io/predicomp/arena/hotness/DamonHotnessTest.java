package io.predicomp.arena.hotness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.damon.DamonRegion;
import io.predicomp.os.damon.DamonStart.Cause;
import io.predicomp.os.damon.DamonStart.Refused;
import io.predicomp.os.damon.MonitoringAttributes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DamonHotnessTest {
  private static final long SECOND = 1_000_000_000;
  private static final long PAGE = 4096;
  private static final AddressRange LOW = new AddressRange(100 * PAGE, 200 * PAGE);
  private static final AddressRange HIGH = new AddressRange(300 * PAGE, 500 * PAGE);

  private record Evidence(long start, long end, double share) {}

  private final FakeDamon damon = new FakeDamon();
  private final List<AddressRange> memory = new ArrayList<>(List.of(HIGH, LOW));
  private final List<String> said = new ArrayList<>();
  private final List<Evidence> seen = new ArrayList<>();
  private final DamonHotness hotness =
      new DamonHotness(
          MonitoringAttributes.DEFAULT, damon, () -> List.copyOf(memory), (int) PAGE, said::add);
  private long now = -5 * SECOND; // clocks may begin anywhere

  private long look() {
    now += SECOND;
    return hotness.observe(now, (start, end, share) -> seen.add(new Evidence(start, end, share)));
  }

  private long counter(String name) {
    return hotness.counters().get(name).longValue();
  }

  @Test
  void watchesOneSpanAndShowsWhatOfItIsTheArenas() {
    assertFalse(hotness.isObserving());
    assertEquals(0, look(), "DAMON has seen nothing yet");
    assertTrue(hotness.isObserving());
    assertEquals(List.of(new AddressRange(100 * PAGE, 500 * PAGE)), damon.spans);
    damon.regions =
        List.of(
            new DamonRegion(100 * PAGE, 150 * PAGE, 20, 3),
            new DamonRegion(150 * PAGE, 350 * PAGE, 0, 90),
            new DamonRegion(350 * PAGE, 500 * PAGE, 5, 2));
    assertEquals(300, look());
    assertEquals(
        List.of(
            new Evidence(100 * PAGE, 150 * PAGE, 1),
            new Evidence(300 * PAGE, 350 * PAGE, 0),
            new Evidence(150 * PAGE, 200 * PAGE, 0),
            new Evidence(350 * PAGE, 500 * PAGE, 0.25)),
        seen);
    assertEquals(1, counter("damon_snapshots_total"));
    assertEquals(3, counter("damon_regions_observed_total"));
    assertEquals(50, counter("damon_chunks_marked_hot"));
    assertEquals(150, counter("damon_chunks_marked_warm"));
    assertEquals(100, counter("damon_chunks_marked_cold"));
    assertEquals(3, counter("damon_last_snapshot_nr_regions"));
    assertEquals(300 * PAGE, counter("damon_last_snapshot_bytes"));
    assertEquals(List.of(), said);
  }

  @Test
  void looksNoMoreOftenThanThereIsSomethingNew() {
    look();
    damon.all(0, 90);
    look();
    hotness.observe(now + 1, (start, end, share) -> {});
    assertEquals(1, counter("damon_snapshots_total"));
    assertTrue(hotness.idleNanos(now + 1) > 0);
  }

  @Test
  void whatWasAccessedBetweenTwoLooksIsNotCold() {
    look();
    damon.all(0, 3); // changed three aggregations of 100 ms ago, a second after the last look
    look();
    assertEquals(0, counter("damon_chunks_marked_cold"));
    assertEquals(300, counter("damon_chunks_marked_warm"));
    damon.all(0, 13);
    look();
    assertEquals(300, counter("damon_chunks_marked_cold"));
  }

  @Test
  void movesWhenARegionComesToLieOutside() {
    look();
    damon.all(0, 90);
    memory.add(new AddressRange(600 * PAGE, 700 * PAGE));
    look();
    assertEquals(1, damon.spans.size(), "not for every region that comes");
    for (int i = 0; i < 5; i++) {
      look();
    }
    assertEquals(new AddressRange(100 * PAGE, 700 * PAGE), damon.spans.getLast());
    assertEquals(2, damon.spans.size());
    assertEquals(1, damon.open.get());
    memory.remove(HIGH);
    for (int i = 0; i < 10; i++) {
      look();
    }
    assertEquals(2, damon.spans.size(), "what is left lies inside");
  }

  @Test
  void movesWhenLittleIsLeft() {
    look();
    memory.clear();
    memory.add(new AddressRange(110 * PAGE, 111 * PAGE));
    for (int i = 0; i < 10; i++) {
      look();
    }
    assertEquals(memory, damon.spans.subList(1, 2));
  }

  @Test
  void givesDamonBackWhenThereIsNothingToWatch() {
    memory.clear();
    look();
    assertEquals(List.of(), damon.spans);
    memory.add(LOW);
    look();
    assertEquals(1, damon.open.get());
    memory.clear();
    look();
    assertEquals(0, damon.open.get());
    assertEquals("", hotness.failure());
    memory.add(LOW);
    look();
    assertEquals(1, damon.open.get());
  }

  @Test
  void aRefusalIsFinalAndSaidOnce() {
    damon.refusal = new Refused(Cause.BUSY, "DAMON is in use.");
    look();
    damon.refusal = null;
    look();
    assertEquals(List.of(), damon.spans);
    assertEquals("DAMON is in use.", hotness.failure());
    assertEquals(List.of("Hotness comes from touches alone: DAMON is in use."), said);
    assertFalse(hotness.isObserving());
  }

  @Test
  void whatWasReplacedIsNamed() {
    damon.note = "Process 7 was killed.";
    look();
    assertEquals(List.of("Process 7 was killed."), said);
  }

  @Test
  void readErrorsAreCountedAndThreeInARowAreTooMany() {
    look();
    damon.all(0, 90);
    damon.fails = true;
    look();
    look();
    damon.fails = false;
    look();
    assertTrue(hotness.isObserving());
    damon.fails = true;
    look();
    look();
    look();
    assertEquals(5, counter("damon_read_errors"));
    assertEquals("the test says so.", hotness.failure());
    assertEquals(0, damon.open.get(), "what is of no use is given back");
  }

  @Test
  void whoIsSwitchedOffStopsAtOnce() {
    look();
    damon.fails = true;
    damon.watching = false;
    look();
    assertEquals("the test says so.", hotness.failure());
    assertEquals(1, said.size());
  }

  @Test
  void closingTwiceDoesNothing() {
    look();
    hotness.close();
    hotness.close();
    assertEquals(0, damon.open.get());
  }
}
