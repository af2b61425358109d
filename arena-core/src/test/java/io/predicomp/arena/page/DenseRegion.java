package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A region of text for tests of what drives its recompression from another package. */
public final class DenseRegion implements AutoCloseable {
  private final Pager pager;
  private boolean closed;

  public DenseRegion(int pages) {
    pager = new Pager(pages);
  }

  public DenseTier tier() {
    return pager.mover.denseTier();
  }

  public void fill(int from, int to, long seed) {
    for (int page = from; page < to; page++) {
      pager.writeText(page, seed);
    }
  }

  /** Words in which no dictionary of text helps. */
  public void fillOtherwise(int from, int to) {
    for (long at = (long) from * Pager.PAGE; at < (long) to * Pager.PAGE; at += Long.BYTES) {
      pager.words().set(at, Pager.word(1, at));
    }
  }

  /** Demotes pages, all of which must go. */
  public void demote(int from, int to) {
    assertEquals(to - from, pager.mover.demote(pager.table, from, to - from));
  }

  public void check(int from, int to, long seed) {
    for (int page = from; page < to; page++) {
      pager.checkText(page, seed);
    }
  }

  public void closeRegion() {
    closed = true;
    pager.mover.close(pager.table);
  }

  @Override
  public void close() {
    if (!closed) {
      closeRegion();
    }
    pager.mover.close();
    pager.pool.close();
    pager.mapping.close();
  }
}
