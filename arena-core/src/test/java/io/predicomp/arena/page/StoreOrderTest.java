package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.stress.Crew;
import io.predicomp.arena.stress.SoakTime;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Dekker's question on the real processor with the real slot and table: can the accessor be inside
 * a page that the evictor has found free? Without a barrier it can, because the store of the pin
 * waits in the store buffer while the state is read; with one it never may. jcstress asks the same
 * without any help (arena-core/src/jcstress).
 */
class StoreOrderTest {
  private static final Duration LONGEST_CONTROL = Duration.ofSeconds(30);
  private static final long LEAST = 500;
  private static final long GOOD = 1;
  private static final long GONE = 2;
  private static final VarHandle DATA;

  static {
    try {
      DATA = MethodHandles.lookup().findVarHandle(StoreOrderTest.class, "data", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final PageTable table = new PageTable(1L << 30, 4096, 4096, 1, false);
  private final PinSlot slot = new PinSlot(false);
  private final AtomicLong evictions = new AtomicLong();
  private final AtomicLong accesses = new AtomicLong();

  @SuppressWarnings("UnusedVariable") // through DATA
  private long data = GOOD;

  @Test
  void withoutABarrierBothGetIn() throws InterruptedException {
    assertTrue(bothGetIn(() -> {}, LONGEST_CONTROL));
  }

  @Test
  void withMembarrierNever() throws InterruptedException {
    assertFalse(bothGetIn(ProcessBarrier.membarrier()::await, SoakTime.each()));
  }

  @Test
  void withTheHandshakeNever() throws InterruptedException {
    assertFalse(bothGetIn(ProcessBarrier.handshake()::await, SoakTime.each()));
  }

  private boolean bothGetIn(Runnable barrier, Duration time) throws InterruptedException {
    table.publish(0, PageState.WRITABLE);
    Crew crew =
        new Crew()
            .add("accessor", () -> new Accessor()::round)
            .add("evictor", () -> () -> evict(barrier));
    boolean failed =
        crew.runUntilFailure(time, () -> evictions.get() >= LEAST && accesses.get() >= LEAST);
    System.out.println(
        "pin and state: " + evictions + " evictions, " + accesses + " accesses, lost: " + failed);
    if (failed && !(crew.failure() instanceof AssertionError)) {
      throw new AssertionError("it did not fail as it should", crew.failure());
    }
    return failed;
  }

  private final class Accessor {
    private final StoreQueue stores = new StoreQueue();

    void round() {
      for (int i = 0; i < 100; i++) {
        stores.fill();
        slot.announce(table.base);
        if (PageTable.stateAcquire(table.states(), 0) >= PageState.WRITABLE) {
          for (int reads = 0; reads < 20; reads++) {
            if ((long) DATA.getOpaque(StoreOrderTest.this) == GONE) {
              throw new AssertionError("inside a page that is gone");
            }
          }
          accesses.incrementAndGet();
        }
        slot.exitOwned();
      }
    }
  }

  private void evict(Runnable barrier) {
    if (table.cas(0, PageState.WRITABLE, PageState.CLOSING)) {
      barrier.run();
      if ((long) PinSlot.PIN.getAcquire(slot) == 0) {
        DATA.setVolatile(this, GONE);
        evictions.incrementAndGet();
        DATA.setVolatile(this, GOOD);
      }
      table.publish(0, PageState.WRITABLE);
    }
    // The accessor gets in at least once, but an evictor never waits for long.
    long before = accesses.get();
    for (int i = 0; i < 1000 && accesses.get() == before; i++) {
      Thread.onSpinWait();
    }
  }
}
