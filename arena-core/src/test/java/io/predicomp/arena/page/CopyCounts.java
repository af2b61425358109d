package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Compares what {@link PageCodecs} has counted with the copies that the entries name. */
public final class CopyCounts {
  private static final int INDEXES = 64;

  private CopyCounts() {}

  /** For a mover of this one region, while nobody uses it. */
  public static void check(PageMover mover, PageTable table) {
    long[] pages = new long[INDEXES];
    long[] bytes = new long[INDEXES];
    for (int page = 0; page < table.pageCount; page++) {
      if (PageState.hasCopy(table.state(page))) {
        long entry = table.entries[page];
        pages[PageCodecs.index(entry)]++;
        bytes[PageCodecs.index(entry)] += PageEntry.length(entry);
      }
    }
    for (int index = PageCodecs.HIGH_COMPRESSION; index < INDEXES; index++) {
      assertEquals(pages[index], mover.codecs.pages(index), "copies of index " + index);
      assertEquals(bytes[index], mover.codecs.bytes(index), "their bytes, index " + index);
    }
  }
}
