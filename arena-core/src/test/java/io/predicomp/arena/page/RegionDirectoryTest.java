package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RegionDirectoryTest {
  @Test
  void findsPagesOfOpenRegionsOnly() {
    RegionDirectory directory = new RegionDirectory();
    assertNull(directory.find(1));
    List<PageTable> open = new ArrayList<>();
    Random random = new Random(1);
    long next = 1;
    for (int i = 0; i < 20; i++) {
      int pages = 1 + random.nextInt(9);
      open.add(new PageTable(1L << 30, pages * 4096L, 4096, next, false));
      next += pages + (i % 3); // gaps are what closed regions leave
    }
    List<PageTable> shuffled = new ArrayList<>(open);
    java.util.Collections.shuffle(shuffled, random);
    shuffled.forEach(directory::add);
    for (int i = 0; i < 5; i++) {
      PageTable gone = open.remove(random.nextInt(open.size()));
      directory.remove(gone);
    }
    assertEquals(open, List.of(directory.all()));
    for (long page = 0; page <= next; page++) {
      assertSame(owner(open, page), directory.find(page), "page " + page);
    }
  }

  private static PageTable owner(List<PageTable> open, long page) {
    for (PageTable table : open) {
      if (page >= table.firstPage && page < table.firstPage + table.pageCount) {
        return table;
      }
    }
    return null;
  }
}
