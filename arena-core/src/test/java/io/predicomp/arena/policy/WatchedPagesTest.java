package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatchedPagesTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 4_095, 4_096, 4_097, 65_536, 100_003, 1 << 21})
  void eachStretchHasOne(int pages) {
    WatchedPages watched = new WatchedPages(pages);
    assertTrue(watched.slots() <= WatchedPages.MOST);
    int found = 0;
    for (int page = 0; page < pages; page++) {
      if (watched.contains(page)) {
        assertEquals(found, watched.slot(page), "in address order, none left out");
        assertEquals(page / watched.stretch(), watched.slotAt(page));
        found++;
      }
    }
    assertTrue(found == watched.slots() || found == watched.slots() - 1, "the last may lie behind");
    assertFalse(watched.contains(-1));
    assertFalse(watched.contains(pages));
    assertFalse(watched.contains(Integer.MAX_VALUE));
  }

  @Test
  void placesWithinStretchesDiffer() {
    WatchedPages watched = new WatchedPages(65_536);
    Set<Integer> places = new HashSet<>();
    for (int slot = 0; slot < watched.slots(); slot++) {
      places.add(watched.page(slot) % watched.stretch());
    }
    assertEquals(watched.stretch(), places.size());
  }
}
