package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NeedLogTest {
  private static final int PAGES = 100;

  private final Pager pager = new Pager(PAGES);
  private final NeedLog log = new NeedLog(pager.mover.regions);
  private final List<Integer> shown = new ArrayList<>();

  @AfterEach
  void close() {
    pager.close();
  }

  private void append(int from, int end) {
    for (int page = from; page < end; page++) {
      log.append(pager.table.firstPage + page % PAGES, false);
    }
  }

  private int drain(int most) {
    return log.drain((region, page, nanoTime, found) -> shown.add(page), most);
  }

  @Test
  void theEarliestAreShownAndTheOthersStay() {
    log.keep();
    log.regionAdded();
    append(0, 10);
    assertEquals(10, log.waiting());
    assertEquals(4, drain(4));
    assertEquals(6, log.waiting());
    assertEquals(6, drain(Integer.MAX_VALUE));
    assertEquals(0, log.waiting());
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), shown);
    assertEquals(0, log.lost());
  }

  @Test
  void itIsCrowdedBeforeAnyIsLost() {
    log.keep();
    log.regionAdded();
    append(0, NeedLog.CAPACITY / 2);
    assertFalse(log.isCrowded());
    append(0, NeedLog.CAPACITY / 2 - 100);
    assertTrue(log.isCrowded());
    drain(Integer.MAX_VALUE);
    assertFalse(log.isCrowded());
    assertEquals(0, log.lost());
  }

  @Test
  void ofMoreThanItHoldsTheOldestAreLost() {
    log.keep();
    log.regionAdded();
    append(0, NeedLog.CAPACITY + 30);
    assertEquals(20, drain(20));
    assertEquals(30, log.lost());
    assertEquals(30, shown.getFirst());
    assertEquals(NeedLog.CAPACITY - 20, drain(Integer.MAX_VALUE));
    assertEquals(30, log.lost());
  }

  @Test
  void withoutReaderOrRegionItTakesNoMemory() {
    log.regionAdded();
    append(0, 10);
    assertEquals(0, log.metadataBytes());
    assertEquals(0, log.waiting());
    log.keep();
    assertEquals(8L * NeedLog.CAPACITY, log.metadataBytes());
    append(0, 1);
    assertEquals(1, drain(10));
  }
}
