package io.predicomp.arena.page;

import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Every pin slot of an arena, and who owns which.
 *
 * <p>Three kinds: a table indexed by thread id, whose slots a thread keeps until it dies; slots
 * borrowed for one access by threads whose place in the table is taken (more than {@value
 * #TABLE_SLOTS} live threads, or many virtual ones); and one slot for each cursor, held weakly,
 * because a cursor needs no close.
 *
 * <p>Thread-safe. {@link #slot()} takes no lock and allocates only when a thread first comes.
 */
public final class PinRegistry {
  private static final int TABLE_SLOTS = 256;

  /** Receives pin words that are not 0. */
  interface PinVisitor {
    void visit(long pin);
  }

  /** A thread that owns a table slot; the id tells a stale reference from the current owner's. */
  private static final class OwnerReference extends WeakReference<Thread> {
    final long threadId;

    OwnerReference(Thread thread) {
      super(thread);
      this.threadId = thread.threadId();
    }

    boolean isDead() {
      Thread thread = get();
      return thread == null || !thread.isAlive();
    }
  }

  private final PageMover mover;
  private final PinSlot[] table = new PinSlot[TABLE_SLOTS];
  private final AtomicReferenceArray<OwnerReference> owners =
      new AtomicReferenceArray<>(TABLE_SLOTS);
  private final ConcurrentLinkedQueue<WeakReference<PinSlot>> cursors =
      new ConcurrentLinkedQueue<>();
  private volatile PinSlot[] spare = new PinSlot[0];

  PinRegistry(PageMover mover) {
    this.mover = mover;
    for (int i = 0; i < TABLE_SLOTS; i++) {
      table[i] = new PinSlot(mover, false);
    }
  }

  /**
   * A slot for one access by the current thread. The caller must end the access with {@link
   * PinSlot#exit()}, even when it never began.
   */
  public PinSlot slot() {
    return slot(table);
  }

  /** As {@link #slot()}, for a caller that keeps {@link #table()} in a field of its own. */
  public PinSlot slot(PinSlot[] slots) {
    Thread thread = Thread.currentThread();
    long id = thread.threadId();
    PinSlot slot = slots[(int) id & (slots.length - 1)];
    // A racy read is enough: only this thread can have stored its own id.
    if ((long) PinSlot.OWNER.get(slot) == id) {
      return slot;
    }
    return claim(thread, id, slot);
  }

  /** The slots of threads by thread id; its length is a power of two. */
  public PinSlot[] table() {
    return table;
  }

  /** A slot for a cursor: lives as long as the cursor does. */
  public PinSlot register() {
    PinSlot slot = new PinSlot(mover, false);
    cursors.add(new WeakReference<>(slot));
    return slot;
  }

  private PinSlot claim(Thread thread, long id, PinSlot slot) {
    int index = (int) id & (TABLE_SLOTS - 1);
    long owner = (long) PinSlot.OWNER.getVolatile(slot);
    boolean free = owner == 0;
    if (!free) {
      OwnerReference reference = owners.get(index);
      free = reference != null && reference.threadId == owner && reference.isDead();
    }
    if (free && PinSlot.OWNER.compareAndSet(slot, owner, id)) {
      // A dead owner may have been stopped by an error in the middle of an access.
      slot.exitBoth();
      owners.set(index, new OwnerReference(thread));
      return slot;
    }
    return borrow(id);
  }

  private PinSlot borrow(long id) {
    PinSlot[] slots = spare;
    for (int i = 0; i < slots.length; i++) {
      PinSlot slot = slots[(int) ((id + i) % slots.length)];
      if ((long) PinSlot.OWNER.getOpaque(slot) == 0 && PinSlot.OWNER.compareAndSet(slot, 0L, id)) {
        return slot;
      }
    }
    // As many slots as threads were ever in the middle of an access at once.
    synchronized (this) {
      slots = spare;
      PinSlot[] grown = Arrays.copyOf(slots, Math.max(8, slots.length * 2));
      for (int i = slots.length; i < grown.length; i++) {
        grown[i] = new PinSlot(mover, true);
      }
      PinSlot slot = grown[slots.length];
      slot.owner = id;
      spare = grown;
      return slot;
    }
  }

  /**
   * Shows every pin there is. Call after the barrier: it reads the lists first and each slot then,
   * in this order, so that a slot registered too late belongs to an accessor that sees the new page
   * states.
   */
  void forEachPin(PinVisitor visitor) {
    for (PinSlot slot : table) {
      visit(slot, visitor);
    }
    for (PinSlot slot : spare) {
      visit(slot, visitor);
    }
    for (Iterator<WeakReference<PinSlot>> it = cursors.iterator(); it.hasNext(); ) {
      PinSlot slot = it.next().get();
      if (slot == null) {
        it.remove();
      } else {
        visit(slot, visitor);
      }
    }
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

  private static void visit(PinSlot slot, PinVisitor visitor) {
    long pin = (long) PinSlot.PIN.getAcquire(slot);
    if (pin != 0) {
      visitor.visit(pin);
    }
    long second = (long) PinSlot.SECOND_PIN.getAcquire(slot);
    if (second != 0) {
      visitor.visit(second);
    }
  }
}
