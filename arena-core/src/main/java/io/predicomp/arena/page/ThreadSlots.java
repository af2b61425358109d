package io.predicomp.arena.page;

import io.predicomp.arena.page.AccessorThreads.ThreadReference;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The pin slots of threads, for all arenas of the process: a pin is an address, so it says by
 * itself whose page it names, and a table that the compiler knows is found without a load.
 *
 * <p>Two kinds: a table indexed by thread id, whose slots a thread keeps until it dies; and slots
 * borrowed, for one access by threads whose place in the table is taken (more than {@value
 * #TABLE_SLOTS} live threads, or many virtual ones), and for as long as they last by {@link
 * RangePin}s.
 *
 * <p>Thread-safe. {@link #slot()} takes no lock and allocates only when a thread first comes.
 */
public final class ThreadSlots {
  private static final int TABLE_SLOTS = 256;

  /** Borrowed slots made at first. */
  private static final int FIRST_SPARES = 8;

  private static final PinSlot[] TABLE = new PinSlot[TABLE_SLOTS];

  /** Who owns a slot of the table; the id tells a stale reference from the current owner's. */
  static final AtomicReferenceArray<ThreadReference> OWNERS =
      new AtomicReferenceArray<>(TABLE_SLOTS);

  private static final Object GROWTH = new Object();
  private static volatile PinSlot[] spare = new PinSlot[0];

  static {
    Arrays.setAll(TABLE, _ -> new PinSlot(false));
  }

  private ThreadSlots() {}

  /**
   * A slot for one access by the current thread. The caller must end the access with {@link
   * Pins#exit}, even when it never began.
   */
  public static PinSlot slot() {
    PinSlot own = ownSlot();
    return own != null ? own : claim(Thread.currentThread());
  }

  /** The slot that the current thread keeps, which {@link Pins#exitOwned} suffices to end. */
  public static @Nullable PinSlot ownSlot() {
    long id = Thread.currentThread().threadId();
    PinSlot slot = TABLE[(int) id & (TABLE_SLOTS - 1)];
    // A racy read is enough: only this thread can have stored its own id.
    return (long) PinSlot.OWNER.get(slot) == id ? slot : null;
  }

  private static PinSlot claim(Thread thread) {
    long id = thread.threadId();
    int index = (int) id & (TABLE_SLOTS - 1);
    PinSlot slot = TABLE[index];
    long owner = (long) PinSlot.OWNER.getVolatile(slot);
    boolean free = owner == 0;
    if (!free) {
      ThreadReference reference = OWNERS.get(index);
      free = reference != null && reference.threadId == owner && reference.isDead();
    }
    if (free && PinSlot.OWNER.compareAndSet(slot, owner, id)) {
      // A dead owner may have been stopped by an error in the middle of an access.
      slot.exitBoth();
      OWNERS.set(index, new ThreadReference(thread));
      return slot;
    }
    return borrow();
  }

  /** A slot that is nobody's after {@link Pins#exit}, which may come late and from any thread. */
  static PinSlot borrow() {
    long id = Thread.currentThread().threadId();
    PinSlot[] slots = spare;
    for (int i = 0; i < slots.length; i++) {
      PinSlot slot = slots[(int) ((id + i) % slots.length)];
      if ((long) PinSlot.OWNER.getOpaque(slot) == 0 && PinSlot.OWNER.compareAndSet(slot, 0L, id)) {
        return slot;
      }
    }
    // As many slots as were ever in use at once.
    synchronized (GROWTH) {
      slots = spare;
      PinSlot[] grown = Arrays.copyOf(slots, Math.max(FIRST_SPARES, slots.length * 2));
      for (int i = slots.length; i < grown.length; i++) {
        grown[i] = new PinSlot(true);
      }
      PinSlot slot = grown[slots.length];
      slot.owner = id;
      spare = grown;
      return slot;
    }
  }

  /** Shows every pin of a thread, reading the lists before the slots; see {@link PinRegistry}. */
  static void forEachPin(PinRegistry.PinVisitor visitor) {
    for (PinSlot slot : TABLE) {
      slot.showPins(visitor);
    }
    for (PinSlot slot : spare) {
      slot.showPins(visitor);
    }
  }
}
