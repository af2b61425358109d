package io.predicomp.arena;

import io.predicomp.arena.agent.AgentThread;
import io.predicomp.arena.page.JointMemory;
import io.predicomp.arena.transparent.BudgetKeeper;
import io.predicomp.arena.transparent.TransparentMemory;
import io.predicomp.arena.transparent.TransparentMover;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What an arena needs beside the rest for transparent memory: made when that is asked for first,
 * step by step. A step that fails leaves those before it as they are, of no effect yet, and the
 * next call goes on with it. Guarded by the arena's lifecycle lock, but for {@link #mover()}.
 */
final class TransparentMode {
  private final TransparentMover.Parts parts;
  private final IntToLongFunction pageNumbers;
  private final JointMemory memory;
  private final String name;

  private volatile @Nullable TransparentMover mover;
  private boolean joined;

  /** Where there is a budget. */
  private @Nullable AgentThread keeper;

  /**
   * Transparent mode, of which nothing is made yet.
   *
   * @param memory what the background loops look after
   * @param name what the names of its threads begin with
   */
  TransparentMode(
      TransparentMover.Parts parts,
      IntToLongFunction pageNumbers,
      JointMemory memory,
      String name) {
    this.parts = parts;
    this.pageNumbers = pageNumbers;
    this.memory = memory;
    this.name = name;
  }

  /** As {@link TransparentMover#TransparentMover}, unless it is open. */
  TransparentMover open() {
    TransparentMover opened = mover;
    if (opened == null) {
      opened = new TransparentMover(parts, pageNumbers);
      mover = opened;
    }
    if (!joined) {
      memory.add(new TransparentMemory(opened));
      joined = true;
    }
    if (keeper == null && parts.mover().budget().isLimited()) {
      // Without it nobody demotes for faults: no memory before it runs.
      AgentThread thread = new AgentThread(name, new BudgetKeeper(opened), AgentThread::report);
      thread.start();
      keeper = thread;
    }
    return opened;
  }

  /** The mover, null if transparent memory was never asked for. Any thread. */
  @Nullable TransparentMover mover() {
    return mover;
  }

  /** Ends the work on pages, before they go. */
  void stop() {
    if (keeper != null) {
      keeper.close();
    }
  }

  /** Frees what it holds. All its regions must be closed. */
  void close() {
    TransparentMover opened = mover;
    if (opened != null) {
      opened.close();
    }
  }
}
