package io.predicomp.workloads.cli;

import io.predicomp.workloads.run.Deadline;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes SIGINT and SIGTERM end a run early instead of at once. The JVM answers both by running its
 * shutdown hooks and exiting with 128 plus the signal's number, which is what a shell expects; the
 * hook here holds that exit up until the output is written.
 */
public final class Interruption {
  /** After this the process ends even if the run does not. */
  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile int exitCode;
  private volatile @Nullable Deadline deadline;
  private volatile boolean requested;

  /** Lets SIGINT and SIGTERM be heard from now on. */
  public void install() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::await, "interruption"));
  }

  /** Names the run to end. */
  public void watch(Deadline run) {
    deadline = run;
    if (requested) {
      run.interrupt();
    }
  }

  /** Says that all output is written. */
  public void finish(int code) {
    exitCode = code;
    finished.countDown();
  }

  private void await() {
    if (finished.getCount() == 0) {
      return; // an ordinary exit
    }
    requested = true;
    Deadline run = deadline;
    if (run != null) {
      run.interrupt();
    }
    try {
      if (finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS) && exitCode != 0) {
        Runtime.getRuntime().halt(exitCode); // a failure says more than the signal
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody interrupts a hook; if so, exit now
    }
  }
}
