package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The ring against a queue from which restored pages are simply removed. */
class DemotionOrderTest {
  static final int PAGES = 300;

  /** 0: restore a page; 1: take the oldest; else demote a page. */
  @Property(tries = 200)
  void behavesAsAQueue(
      @ForAll @Size(max = 3000) List<@IntRange(max = 8 * PAGES - 1) Integer> actions) {
    DemotionOrder order = new DemotionOrder();
    Map<Long, Integer> stamps = new HashMap<>();
    DemotionOrder.Validity current = (page, stamp) -> stamps.getOrDefault(page, -1) == stamp;
    Deque<Long> model = new ArrayDeque<>();
    for (int action : actions) {
      long page = action % PAGES;
      switch (action / PAGES) {
        case 0 -> {
          stamps.remove(page);
          model.remove(page);
        }
        case 1 -> {
          long polled = order.pollUpTo(order.mark(), current);
          Long expected = model.poll();
          assertEquals(expected == null ? -1 : expected, polled);
          stamps.remove(polled);
        }
        case 2 -> order.reserve(64, current);
        default -> {
          model.remove(page);
          model.add(page);
          int stamp = order.append(page, current);
          assertNotEquals(0, stamp);
          stamps.put(page, stamp);
        }
      }
    }
    for (Long expected : model) {
      assertEquals(expected, order.pollUpTo(order.mark(), current));
    }
    assertEquals(-1, order.pollUpTo(order.mark(), current));
  }

  @Property(tries = 20)
  void nothingBehindTheMarkIsTaken(
      @ForAll @IntRange(max = 200) int before, @ForAll @IntRange(max = 200) int behind) {
    DemotionOrder order = new DemotionOrder();
    DemotionOrder.Validity all = (_, _) -> true;
    for (int i = 0; i < before; i++) {
      order.append(i, all);
    }
    int mark = order.mark();
    for (int i = 0; i < behind; i++) {
      order.append(1000 + i, all);
    }
    for (int i = 0; i < before; i++) {
      assertEquals(i, order.pollUpTo(mark, all));
    }
    assertEquals(-1, order.pollUpTo(mark, all));
  }

  /** What is reserved is there: appending it leaves the ring as it is. */
  @Property(tries = 50)
  void appendingWhatIsReservedAllocatesNothing(
      @ForAll @IntRange(max = 500) int before, @ForAll @IntRange(min = 1, max = 300) int pages) {
    DemotionOrder order = new DemotionOrder();
    DemotionOrder.Validity all = (_, _) -> true;
    for (int i = 0; i < before; i++) {
      order.append(i, all);
    }
    order.reserve(pages, all);
    long bytes = order.metadataBytes();
    for (int i = 0; i < pages; i++) {
      order.append(i, all);
    }
    assertEquals(bytes, order.metadataBytes());
  }
}
