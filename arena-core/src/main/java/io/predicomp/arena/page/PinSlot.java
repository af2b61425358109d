package io.predicomp.arena.page;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** 128 bytes that keep a neighbour's writes off the pin's cache lines (adjacent-line prefetch). */
abstract class PinSlotPadBefore {
  long b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15;
}

abstract class PinSlotFields extends PinSlotPadBefore {
  /** Pages this slot's owner is accessing ({@link PinWord}); 0: none. Written by it alone. */
  long pin;

  /** The other end of a copy between two places; 0: none. */
  long secondPin;

  /** Thread id of the owner; 0: free. */
  long owner;
}

abstract class PinSlotPadAfter extends PinSlotFields {
  long a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15;
}

/**
 * Announces which pages one thread is accessing: the accessor's half of the asymmetric Dekker
 * protocol whose other half is {@link DemotionBatch}.
 *
 * <p>An access stores its pin, then reads the page state; the evictor stores the page state, makes
 * every thread pass a full barrier ({@link ProcessBarrier}), then reads the pins. Whatever the
 * interleaving, either the evictor sees the pin and leaves the page alone, or the accessor sees
 * that the page is on its way out. The accessor pays no fence instruction for it.
 *
 * <p>Only the order of four accesses is asked of the compiler: pin (opaque), state (acquire), data,
 * unpin (release). The unpin must never be a plain store: C2 was seen to sink the data access below
 * it, and a write was lost. This order does not follow from the Java memory model, it follows from
 * HotSpot's handling of non-plain accesses; the stress and jcstress tests hold it.
 *
 * <p>Every slot obtained is given up with {@link Pins#exit} in a {@code finally} block, whatever
 * happened in between, a stack overflow included: a pin left behind would keep its page resident,
 * and whoever closes the region would wait for it.
 *
 * <p>A cursor is its own slot, so that an access through it finds the pin without a load.
 *
 * <p>A slot belongs to one thread at a time. Between {@link Pins#announce} and {@link Pins#exit}
 * the owner must not block and must not enter again.
 */
public class PinSlot extends PinSlotPadAfter {
  static final VarHandle PIN;
  static final VarHandle SECOND_PIN;
  static final VarHandle OWNER;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      PIN = lookup.findVarHandle(PinSlotFields.class, "pin", long.class);
      SECOND_PIN = lookup.findVarHandle(PinSlotFields.class, "secondPin", long.class);
      OWNER = lookup.findVarHandle(PinSlotFields.class, "owner", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Whether the slot is handed back after each access, because it has no lasting owner. */
  private final boolean borrowed;

  /** The slot that a cursor is. */
  protected PinSlot() {
    this(false);
  }

  PinSlot(boolean borrowed) {
    this.borrowed = borrowed;
  }

  // What these do for accessors is told in Pins.

  final void announce(long address) {
    PIN.setOpaque(this, address);
    VarHandle.acquireFence();
  }

  final void settle(PageTable table, int page, byte wanted) {
    table.restorer().makeAccessible(this, table, page, 1, wanted);
  }

  final long enterStraddling(PageTable table, long offset, int size, byte wanted) {
    if (offset < 0 || offset > table.byteSize - size) {
      throw table.outOfBounds(offset, size);
    }
    enterPages(table, table.pageOf(offset), 2, wanted);
    return table.base + offset;
  }

  final void enterReadPages(PageTable table, int page, int count) {
    enterPages(table, page, count, PageState.READABLE);
  }

  final void enterWritePages(PageTable table, int page, int count) {
    enterPages(table, page, count, PageState.WRITABLE);
  }

  private void enterPages(PageTable table, int page, int count, byte wanted) {
    pin(table, page, count);
    table.restorer().makeAccessible(this, table, page, count, wanted);
  }

  final void enterBoth(PageTable source, int sourcePage, PageTable target, int targetPage) {
    for (int rounds = 0; ; rounds++) {
      pin(source, sourcePage, 1);
      pinSecond(target, targetPage);
      if (source.state(sourcePage) >= PageState.READABLE
          && target.state(targetPage) >= PageState.WRITABLE) {
        return;
      }
      // One at a time: a thread that waits for a page must not hold another one. So within a tight
      // budget each may be demoted for the other, until the rounds count as waits.
      SECOND_PIN.setRelease(this, 0L);
      source.restorer().makeAccessible(this, source, sourcePage, 1, PageState.READABLE, rounds);
      pin(target, targetPage, 1);
      target.restorer().makeAccessible(this, target, targetPage, 1, PageState.WRITABLE, rounds);
    }
  }

  final void exit() {
    PIN.setRelease(this, 0L);
    if (borrowed) {
      OWNER.setRelease(this, 0L);
    }
  }

  final void exitOwned() {
    PIN.setRelease(this, 0L);
  }

  final void exitBoth() {
    SECOND_PIN.setRelease(this, 0L);
    exit();
  }

  final void pin(PageTable table, int page, int count) {
    PIN.setOpaque(this, PinWord.of(table, page, count));
    VarHandle.acquireFence();
  }

  private void pinSecond(PageTable table, int page) {
    SECOND_PIN.setOpaque(this, PinWord.of(table, page, 1));
    VarHandle.acquireFence();
  }

  /** Lets go of the pages without handing a borrowed slot back. */
  final void unpin() {
    PIN.setRelease(this, 0L);
  }

  /** Shows the pins of the slot that are not 0. */
  final void showPins(PinRegistry.PinVisitor visitor) {
    long first = (long) PIN.getAcquire(this);
    if (first != 0) {
      visitor.visit(first);
    }
    long second = (long) SECOND_PIN.getAcquire(this);
    if (second != 0) {
      visitor.visit(second);
    }
  }
}
