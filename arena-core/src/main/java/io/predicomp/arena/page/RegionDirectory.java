package io.predicomp.arena.page;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** The regions of an arena by arena-global page number. Thread-safe; readers take no lock. */
final class RegionDirectory {
  /** Sorted by first page, replaced as a whole. */
  private volatile PageTable[] tables = new PageTable[0];

  synchronized void add(PageTable table) {
    PageTable[] grown = Arrays.copyOf(tables, tables.length + 1);
    grown[tables.length] = table;
    Arrays.sort(grown, Comparator.comparingLong(t -> t.firstPage));
    tables = grown;
  }

  synchronized void remove(PageTable table) {
    tables = Arrays.stream(tables).filter(t -> t != table).toArray(PageTable[]::new);
  }

  PageTable[] all() {
    return tables;
  }

  /** The region that holds a page, or null if it is closed. */
  @Nullable PageTable find(long globalPage) {
    PageTable[] sorted = tables;
    int low = 0;
    int high = sorted.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      PageTable table = sorted[middle];
      if (globalPage < table.firstPage) {
        high = middle - 1;
      } else if (globalPage >= table.firstPage + table.pageCount) {
        low = middle + 1;
      } else {
        return table;
      }
    }
    return null;
  }
}
