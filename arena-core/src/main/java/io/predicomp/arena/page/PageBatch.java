package io.predicomp.arena.page;

import io.predicomp.arena.policy.VictimPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Up to {@value #CAPACITY} pages of one region that are on their way out of memory: picks them,
 * which is step 1 of {@link DemotionBatch}, and keeps what is known of each.
 */
abstract sealed class PageBatch permits DemotionBatch {
  static final int CAPACITY = 64;

  /** Picks pages of those that can be demoted. */
  interface Chooser {
    /** Whether to take a page; may take marks from it, and leave it then. */
    boolean chooses(PageTable table, int page, byte state);
  }

  /** Pages of one batch: {@value #CAPACITY}, or less where the budget is small. */
  private final int capacity;

  private @Nullable PageTable table;
  int size;
  int collected;
  final int[] pages = new int[CAPACITY];

  /** State each page had: the flags it keeps on the way. */
  final byte[] states = new byte[CAPACITY];

  final boolean[] pinned = new boolean[CAPACITY];

  /** Entry to publish, and whether it names a pool object stored by this batch. */
  final long[] entries = new long[CAPACITY];

  final boolean[] stored = new boolean[CAPACITY];
  final boolean[] sameFilled = new boolean[CAPACITY];
  final int[] checksums = new int[CAPACITY];

  PageBatch(int capacity) {
    this.capacity = capacity;
  }

  /**
   * Step 1 for the pages from {@code from} that are worth it, until the batch is full.
   *
   * @return the first page not looked at
   */
  final int collect(PageTable pageTable, int from, int end) {
    return collect(pageTable, from, end, false);
  }

  /** As {@link #collect(PageTable, int, int)}, with the pages that did not compress. */
  final int collectAll(PageTable pageTable, int from, int end) {
    return collect(pageTable, from, end, true);
  }

  /** As {@link #collect(PageTable, int, int)}, only pages that a policy takes. */
  final int collectCold(PageTable pageTable, int from, int end, VictimPolicy victims) {
    return collect(pageTable, from, end, false, victims);
  }

  /** Pages collected. */
  final int size() {
    return size;
  }

  private int collect(PageTable pageTable, int from, int end, boolean rejectedToo) {
    return collect(pageTable, from, end, rejectedToo, null);
  }

  private int collect(
      PageTable pageTable, int from, int end, boolean rejectedToo, @Nullable VictimPolicy victims) {
    begin(pageTable);
    int page = from;
    for (; page < end && size < capacity; page++) {
      byte state = pageTable.state(page);
      if (!PageState.isResident(state)
          || pageTable.isFresh(page, state)
          || (PageState.isRejected(state) && !rejectedToo)
          || (victims != null
              && (PageState.isRecent(state)
                  || !victims.takes(page, pageTable.age(page), pageTable.recurrences[page])))) {
        continue;
      }
      closeToEviction(page, state);
    }
    collected = size;
    return page;
  }

  /**
   * Step 1 for the pages from {@code from} that compress, as far as is known, and are chosen, until
   * there are {@code most}.
   *
   * @return the first page not looked at
   */
  final int collectChosen(PageTable pageTable, int from, int end, int most, Chooser chooser) {
    begin(pageTable);
    int page = from;
    for (int enough = Math.min(most, capacity); page < end && size < enough; page++) {
      byte state = pageTable.state(page);
      if (PageState.isResident(state)
          && !pageTable.isFresh(page, state)
          && !PageState.isRejected(state)
          && chooser.chooses(pageTable, page, state)) {
        closeToEviction(page, state);
      }
    }
    collected = size;
    return page;
  }

  private void begin(PageTable pageTable) {
    table = pageTable;
    size = 0;
  }

  private void closeToEviction(int page, byte state) {
    // Without its mark a rejected page is a dirty one: its only copy is in memory.
    byte flags = PageState.isRejected(state) ? (byte) (state | PageState.DIRTY) : state;
    if (pageTable().cas(page, state, out(PageState.CLOSING, flags))) {
      pages[size] = page;
      states[size] = flags;
      pinned[size] = false;
      stored[size] = false;
      sameFilled[size] = false;
      size++;
    }
  }

  final boolean isClean(int i) {
    return !PageState.isDirty(states[i]) && !sameFilled[i];
  }

  /** Only a discard gets there: the content that the copy holds is no longer wanted. */
  final boolean dropsCopy(int i) {
    return PageState.hasCopy(states[i]) && !stored[i] && !isClean(i);
  }

  final void move(int from, int to) {
    pages[to] = pages[from];
    states[to] = states[from];
    entries[to] = entries[from];
    stored[to] = stored[from];
    sameFilled[to] = sameFilled[from];
    checksums[to] = checksums[from];
  }

  static byte out(byte code, byte state) {
    return (byte) (code | (state & PageState.CARRIED));
  }

  final PageTable pageTable() {
    assert table != null;
    return table;
  }
}
