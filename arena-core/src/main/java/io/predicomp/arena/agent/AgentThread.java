package io.predicomp.arena.agent;

import io.predicomp.os.process.ThreadCpuClock;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The thread of one agent: repeats its slices, sleeps when there is nothing to do, and stops for
 * good when a slice throws, keeping the reason. Thread-safe.
 */
public final class AgentThread implements AutoCloseable {
  /**
   * An agent that was told to stop stops within this time, if it is not in the middle of a slice.
   */
  private static final long LONGEST_SLEEP_NANOS = 1_000_000_000;

  private final Agent agent;
  private final Consumer<AgentThread> onFailure;
  private final Thread thread;
  private volatile boolean stopping;
  private volatile long cpuNanos;
  private volatile @Nullable Throwable failure;

  /**
   * @param name what the thread's name begins with
   * @param onFailure told once, by the agent's own thread, when a slice threw
   */
  public AgentThread(String name, Agent agent, Consumer<AgentThread> onFailure) {
    this.agent = agent;
    this.onFailure = onFailure;
    // A platform thread: its CPU time is measured, and it may spend all of it in native calls.
    this.thread =
        Thread.ofPlatform().daemon().name(name + "-" + agent.role()).unstarted(this::repeat);
  }

  /** Begins to work. */
  public void start() {
    thread.start();
  }

  private void repeat() {
    try {
      while (!stopping) {
        int done = agent.doWork();
        cpuNanos = ThreadCpuClock.currentThreadNanos();
        if (done == 0 && !stopping) {
          LockSupport.parkNanos(this, Math.min(agent.idleNanos(), LONGEST_SLEEP_NANOS));
        }
      }
    } catch (Throwable t) {
      failure = t;
    }
    stop();
  }

  private void stop() {
    try {
      agent.onStop();
    } catch (Throwable t) {
      if (failure == null) {
        failure = t;
      }
    }
    if (failure != null) {
      onFailure.accept(this);
    }
  }

  /** Says on standard error that an agent stopped by itself. */
  public static void report(AgentThread thread) {
    System.err.println(
        "predicomp: the "
            + thread.agent.role()
            + " agent stopped; accesses go on, nothing is lost: "
            + thread.failure);
  }

  /** Wakes the agent up, because there may be something to do. */
  public void wake() {
    LockSupport.unpark(thread);
  }

  public Agent agent() {
    return agent;
  }

  /** CPU time of the thread so far, in nanoseconds, up to the end of its last slice. */
  public long cpuNanos() {
    return cpuNanos;
  }

  /** Why the agent stopped by itself, or null. */
  public @Nullable Throwable failure() {
    return failure;
  }

  /** Stops after the current slice and waits for that; closing twice does nothing. */
  @Override
  public void close() {
    stopping = true;
    wake();
    if (Thread.currentThread() == thread || thread.getState() == Thread.State.NEW) {
      return;
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true; // stopped it must be, or memory would go under its feet
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
