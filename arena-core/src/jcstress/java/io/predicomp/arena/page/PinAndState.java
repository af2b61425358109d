package io.predicomp.arena.page;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Accessor: announce a page, then read its state. Evictor: take the state away, barrier, then read
 * the pin. They must not both find the page theirs.
 *
 * <p>How to run all of these: build/README.md. The controls have to fail, which {@link
 * ControlCheck} makes sure of.
 */
public class PinAndState {
  private static final long BASE = 1L << 30;
  private static final int PAGE = 4096;

  private PinAndState() {}

  /** One page that is writable, one slot, with the classes that the arena uses. */
  abstract static class OnePage {
    final PageTable table = new PageTable(BASE, PAGE, PAGE, 1, false);
    final PinSlot slot = new PinSlot(false);

    OnePage() {
      table.publish(0, PageState.WRITABLE);
    }

    final int accessorSeesItWritable() {
      slot.announce(BASE);
      return PageTable.stateAcquire(table.states(), 0) >= PageState.WRITABLE ? 1 : 0;
    }

    final boolean closeToAccessors() {
      return table.cas(0, PageState.WRITABLE, PageState.CLOSING);
    }

    final boolean isPinned() {
      return (long) PinSlot.PIN.getAcquire(slot) != 0;
    }
  }

  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The access is inside; the evictor leaves it.")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The page goes; the access waits for it.")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Each gives way to the other.")
  @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "Access in a page being taken: a lost write.")
  @State
  public static class WithBarrier extends OnePage {
    private static final ProcessBarrier BARRIER = ProcessBarrier.best();

    @Actor
    public void accessor(II_Result r) {
      r.r1 = accessorSeesItWritable();
    }

    @Actor
    public void evictor(II_Result r) {
      closeToAccessors();
      BARRIER.await();
      r.r2 = isPinned() ? 1 : 0;
    }
  }

  /** The control: what the barrier is for does happen without it. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The access is inside; the evictor leaves it.")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The page goes; the access waits for it.")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Each gives way to the other.")
  @Outcome(
      id = "1, 0",
      expect = ACCEPTABLE_INTERESTING,
      desc = "The pin was still in the store buffer when the evictor looked: a lost write.")
  @State
  public static class WithoutBarrier extends OnePage {
    @Actor
    public void accessor(II_Result r) {
      r.r1 = accessorSeesItWritable();
    }

    @Actor
    public void evictor(II_Result r) {
      closeToAccessors();
      r.r2 = isPinned() ? 1 : 0;
    }
  }
}
