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
 * A whole write: announce, read the state, write, unpin. An evictor that finds no pin copies the
 * page; the copy must hold every write whose access got in.
 *
 * <p>First number: 1 if the access got in and wrote. Second: what the evictor copied, or -1 if it
 * left the page alone. Run as {@link PinAndState} says.
 */
public class WriteAndUnpin {
  private WriteAndUnpin() {}

  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The write is in the copy.")
  @Outcome(
      id = "1, -1",
      expect = ACCEPTABLE,
      desc = "The evictor saw the access and left the page.")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The page was gone first; the access waits.")
  @Outcome(id = "0, -1", expect = ACCEPTABLE, desc = "Each gives way to the other.")
  @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "The copy lacks a write that was made.")
  @State
  public static class ReleasedUnpin extends PinAndState.OnePage {
    private static final ProcessBarrier BARRIER = ProcessBarrier.best();
    private final OffHeapWord data = new OffHeapWord();

    @Actor
    public void accessor(II_Result r) {
      if (accessorSeesItWritable() == 1) {
        data.set(1);
        r.r1 = 1;
      }
      slot.exitOwned();
    }

    @Actor
    public void evictor(II_Result r) {
      closeToAccessors();
      BARRIER.await();
      r.r2 = isPinned() ? -1 : data.get();
    }
  }

  /** The control: the unpin before the write, which is what a plain unpin lets a compiler do. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The write is in the copy.")
  @Outcome(
      id = "1, -1",
      expect = ACCEPTABLE,
      desc = "The evictor saw the access and left the page.")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "The page was gone first; the access waits.")
  @Outcome(id = "0, -1", expect = ACCEPTABLE, desc = "Each gives way to the other.")
  @Outcome(
      id = "1, 0",
      expect = ACCEPTABLE_INTERESTING,
      desc = "The copy was made between unpin and write: a lost write.")
  @State
  public static class UnpinBeforeWrite extends PinAndState.OnePage {
    private static final int WIDENING = 50;
    private static final ProcessBarrier BARRIER = ProcessBarrier.best();
    private final OffHeapWord data = new OffHeapWord();

    @Actor
    public void accessor(II_Result r) {
      if (accessorSeesItWritable() == 1) {
        slot.exitOwned();
        for (int i = 0; i < WIDENING; i++) {
          Thread.onSpinWait();
        }
        data.set(1);
        r.r1 = 1;
      } else {
        slot.exitOwned();
      }
    }

    @Actor
    public void evictor(II_Result r) {
      closeToAccessors();
      BARRIER.await();
      r.r2 = isPinned() ? -1 : data.get();
    }
  }
}
