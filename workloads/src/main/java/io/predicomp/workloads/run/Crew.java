package io.predicomp.workloads.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The workers of a run, each a thread of its own. */
public final class Crew {
  /** What one worker does. */
  @FunctionalInterface
  public interface Task {
    /**
     * Does it.
     *
     * @param worker number of the worker, from 0
     */
    void run(int worker);
  }

  private final int workers;
  private final Deadline deadline;

  public Crew(int workers, Deadline deadline) {
    this.workers = workers;
    this.deadline = deadline;
  }

  /**
   * Lets every worker do a task and waits for all. A worker that throws ends the run.
   *
   * @param meanwhile called about ten times a second by the waiting thread
   * @throws RuntimeException or Error what a worker threw first
   */
  public void run(String role, Task task, Runnable meanwhile) {
    List<Thread> threads = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      int number = worker;
      threads.add(
          Thread.ofPlatform()
              .name(role + "-" + worker)
              .daemon()
              .start(
                  () -> {
                    try {
                      task.run(number);
                    } catch (Throwable t) {
                      deadline.fail(t);
                    }
                  }));
    }
    for (Thread thread : threads) {
      while (!ended(thread)) {
        meanwhile.run();
      }
    }
    rethrow(deadline.failure());
  }

  private static boolean ended(Thread thread) {
    try {
      return thread.join(Duration.ofMillis(100));
    } catch (InterruptedException e) {
      throw new IllegalStateException("the main thread is never interrupted", e);
    }
  }

  private static void rethrow(@Nullable Throwable failure) {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }
}
