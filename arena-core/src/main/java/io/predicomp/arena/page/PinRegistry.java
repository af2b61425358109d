package io.predicomp.arena.page;

import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;

/**
 * Every pin slot whose pin may name a page of one arena: those of threads ({@link ThreadSlots}),
 * and one for each cursor, held weakly, because a cursor needs no close.
 *
 * <p>Thread-safe.
 */
public final class PinRegistry {
  /** Receives pin words that are not 0. */
  interface PinVisitor {
    void visit(long pin);
  }

  private final ConcurrentLinkedQueue<WeakReference<PinSlot>> cursors =
      new ConcurrentLinkedQueue<>();

  private final AccessorThreads threads = new AccessorThreads();

  private final Predicate<WeakReference<PinSlot>> show = this::show;

  /** Of the scan that is going on; there is one at a time, for its caller is the evictor. */
  private PinVisitor shown = _ -> {};

  PinRegistry() {}

  /** The threads that access this arena. */
  AccessorThreads threads() {
    return threads;
  }

  /** Adds a cursor of the current thread, before its first access. */
  public void register(PinSlot cursor) {
    threads.add();
    cursors.add(new WeakReference<>(cursor));
  }

  /**
   * Shows every pin there is, some of other arenas among them. Call after the barrier: it reads the
   * lists first and each slot then, in this order, so that a slot registered too late belongs to an
   * accessor that sees the new page states.
   */
  void forEachPin(PinVisitor visitor) {
    ThreadSlots.forEachPin(visitor);
    shown = visitor;
    cursors.removeIf(show); // an iterator would be allocated each time
  }

  /** Shows the pins of a cursor; true if it was collected. */
  private boolean show(WeakReference<PinSlot> cursor) {
    PinSlot slot = cursor.get();
    if (slot != null) {
      slot.showPins(shown);
    }
    return slot == null;
  }

  /** Whether an access to a region is in flight. Call after the barrier. */
  boolean isAnyPinned(PageTable region) {
    boolean[] found = new boolean[1];
    forEachPin(
        pin -> {
          long first = PinWord.firstPage(pin, region);
          found[0] |= first < region.pageCount && first + PinWord.pages(pin) > 0;
        });
    return found[0];
  }

  /** Cursors that have not been collected. */
  int cursorCount() {
    return cursors.size();
  }
}
