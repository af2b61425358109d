package io.predicomp.arena.page;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many pages have physical memory, counted where their state changes: what a census would find,
 * at no cost. Thread-safe. Between a state change and its count lie some instructions, so a reader
 * may be off by one for each thread in between.
 */
final class ResidentPages {
  private final AtomicLong count = new AtomicLong();

  void add(long pages) {
    if (pages != 0) {
      count.getAndAdd(pages);
    }
  }

  long get() {
    return count.get();
  }
}
