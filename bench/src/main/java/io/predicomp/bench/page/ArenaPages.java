package io.predicomp.bench.page;

import static io.predicomp.bench.page.JsonPages.PAGE;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.Region;

/** A region of JSON pages, all of them compressed to begin with. */
final class ArenaPages implements AutoCloseable {
  private static final int FILL_STEP = 4096;

  final CompressedArena arena;
  final Region region;
  private final int pages;

  ArenaPages(int pages, JsonPages contents) {
    this.pages = pages;
    arena =
        CompressedArena.open(
            ArenaConfig.builder()
                .poolLimit(Math.max(ArenaConfig.mebibytes(64), (long) pages * PAGE))
                .build());
    region = arena.allocateRegion((long) pages * PAGE);
    for (int from = 0; from < pages; from += FILL_STEP) {
      int to = Math.min(pages, from + FILL_STEP);
      for (int page = from; page < to; page++) {
        region.copyFrom(offset(page), contents.template(page), 0, PAGE);
        region.setLong(offset(page), JsonPages.firstWord(page));
      }
      demote(from, to);
    }
  }

  static long offset(int page) {
    return (long) page * PAGE;
  }

  /** Demotes pages, all of which must go. */
  void demote(int from, int to) {
    region.compress(offset(from), offset(to - from));
  }

  void demoteAll() {
    demote(0, pages);
    requireNoneResident();
  }

  void requireNoneResident() {
    long resident = arena.stats().pages().resident();
    if (resident != 0) {
      throw new IllegalStateException(resident + " pages stayed resident");
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
