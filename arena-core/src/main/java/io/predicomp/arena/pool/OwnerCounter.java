package io.predicomp.arena.pool;

import java.util.concurrent.atomic.AtomicLong;

/** A number written by one thread at a time and read by any, without a fence on either side. */
final class OwnerCounter {
  private final AtomicLong value = new AtomicLong();

  void add(long delta) {
    value.setOpaque(value.getPlain() + delta);
  }

  void set(long newValue) {
    value.setOpaque(newValue);
  }

  long get() {
    return value.getOpaque();
  }
}
