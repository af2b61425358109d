package io.predicomp.controller.core;

import io.predicomp.controller.core.TriggerPolicy.Sample;
import io.predicomp.os.process.ProcessEvent;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows processes from fork to exit, and decides when each is asked to compress. A state machine:
 * it is told what happened and when, and calls for actions; it has no clock, thread or file. All
 * events may come in any order, also those that cannot: some are lost, and some come late.
 *
 * <pre>
 *                exec            due, enrolled           acknowledged
 *   (living) ─────────► waiting ───────────────► asked ──────────────► done, or waiting again
 *                          │ due, not enrolled     ▲
 *                          ▼                       │ enrolled
 *                       overdue ───────────────────┘            exit: from anywhere
 * </pre>
 *
 * For one thread.
 */
public final class ProcessTracker {
  private final TriggerPolicy policy;
  private final boolean allRows;
  private final Consumer<Action> actions;
  private final PidTable table = new PidTable();
  private final DeadlineHeap deadlines = new DeadlineHeap();
  private long requests;
  private long forks;
  private long execs;
  private long exits;

  /**
   * @param allRows whether a process that neither executed a program nor enrolled gets a row, too
   * @param actions carries out what is called for, at once or later; may not call back
   */
  public ProcessTracker(TriggerPolicy policy, boolean allRows, Consumer<Action> actions) {
    this.policy = policy;
    this.allRows = allRows;
    this.actions = actions;
  }

  /** A process was made. */
  public void forked(long nanos, int pid, int parent) {
    forks++;
    TrackedProcess stale = table.get(pid);
    if (stale != null) {
      end(stale, true, 0, ProcessEvent.UNKNOWN); // its exit was lost: the number is in use again
    }
    TrackedProcess known = table.get(parent);
    TrackedProcess process = table.add(pid);
    process.began = true;
    process.parent = parent;
    if (known != null && (known.began || known.hasEnrolled())) {
      process.lineageRoot = known.lineageRoot;
    }
  }

  /**
   * A process runs another program now.
   *
   * @param parent 0 if unknown
   */
  public void executed(long nanos, int pid, int parent, String name) {
    execs++;
    TrackedProcess process = living(pid);
    if (process.hasEnrolled()) {
      // The program that had enrolled is over, although its process is not.
      TrackedProcess before = process;
      end(before, false, 0, ProcessEvent.UNKNOWN);
      process = table.add(pid);
      process.parent = before.parent;
      process.lineageRoot = before.lineageRoot;
    }
    process.began = true;
    process.name = name;
    process.execNanos = nanos;
    process.overdue = false;
    if (parent != 0) {
      process.parent = parent;
    }
    schedule(process, policy.firstLook(nanos));
    process.deadlineNanos = process.wakeNanos;
  }

  /** A process has ended. */
  public void exited(long nanos, int pid, int parent, int exitCode) {
    exits++;
    TrackedProcess process = table.get(pid);
    if (process != null) {
      if (parent != 0) {
        process.parent = parent;
      }
      end(process, true, nanos, exitCode);
    }
  }

  /**
   * A process offers to compress when asked.
   *
   * @return its generation, which all that concerns it has to name; empty if it has enrolled
   *     already
   */
  public OptionalInt enrolled(long nanos, int pid, String name, Enrolment enrolment) {
    TrackedProcess process = living(pid);
    if (process.hasEnrolled()) {
      return OptionalInt.empty();
    }
    process.enrolment = enrolment;
    process.connected = true;
    if (process.name.isEmpty()) {
      process.name = name;
    }
    if (process.execNanos == 0 && process.deadlineNanos == 0) {
      // It began before anybody was watching.
      schedule(process, policy.firstLook(nanos));
      process.deadlineNanos = process.wakeNanos;
    } else if (process.overdue) {
      schedule(process, nanos);
    }
    return OptionalInt.of(process.generation);
  }

  /** The connection of an enrolled process has ended; it is not asked any more. */
  public void disconnected(int pid, int generation) {
    TrackedProcess process = find(pid, generation);
    if (process != null) {
      process.connected = false;
      deadlines.remove(process);
    }
  }

  /**
   * A process says what it did with a request.
   *
   * @param done whether it compressed
   * @return whether that request was open
   */
  public boolean acknowledged(
      long nanos, int pid, int generation, long request, boolean done, ArenaFigures figures) {
    TrackedProcess process = find(pid, generation);
    if (process == null || request == 0 || process.openRequest != request) {
      return false;
    }
    process.openRequest = 0;
    if (done) {
      process.acknowledged++;
      process.ackNanos = nanos;
      process.figures = figures;
    }
    if (process.connected) {
      policy.after(nanos).ifPresent(next -> schedule(process, next));
    }
    return true;
  }

  /** What {@link Action.Measure} asked for. */
  public void measured(long nanos, int pid, int generation, double value) {
    TrackedProcess process = find(pid, generation);
    if (process == null || !process.connected || process.openRequest != 0) {
      return;
    }
    Sample sample = new Sample(nanos, value);
    policy
        .lookAgain(sample, process.lastSample)
        .ifPresentOrElse(next -> schedule(process, next), () -> ask(nanos, process, nanos));
    process.lastSample = process.openRequest == 0 ? Optional.of(sample) : Optional.empty();
  }

  /** Does what is due by then. */
  public void advance(long nanos) {
    TrackedProcess process;
    while ((process = deadlines.poll(nanos)) != null) {
      if (!process.hasEnrolled()) {
        process.overdue = true;
      } else if (process.connected && process.enrolment.obeys() && process.openRequest == 0) {
        if (policy.measures()) {
          actions.accept(new Action.Measure(process.pid, process.generation));
        } else {
          ask(nanos, process, process.wakeNanos);
        }
      }
    }
  }

  /** {@return when something is due next, or {@link Long#MAX_VALUE}} */
  public long nextDeadline() {
    return deadlines.earliest();
  }

  /** The observation ends: the rows of all that live. */
  public void finish() {
    table.forEach(process -> end(process, false, 0, ProcessEvent.UNKNOWN));
  }

  /** {@return when a living process was or is due first; 0 if that is not known} */
  public long deadline(int pid) {
    TrackedProcess process = table.get(pid);
    return process == null ? 0 : process.deadlineNanos;
  }

  /** {@return how many processes are known to live} */
  public int living() {
    return table.size();
  }

  /** {@return forks seen} */
  public long forks() {
    return forks;
  }

  /** {@return execs seen} */
  public long execs() {
    return execs;
  }

  /** {@return exits seen} */
  public long exits() {
    return exits;
  }

  private TrackedProcess living(int pid) {
    TrackedProcess process = table.get(pid);
    return process == null ? table.add(pid) : process;
  }

  private @Nullable TrackedProcess find(int pid, int generation) {
    TrackedProcess process = table.get(pid);
    return process != null && process.generation == generation ? process : null;
  }

  private void schedule(TrackedProcess process, long nanos) {
    deadlines.set(process, nanos);
  }

  private void ask(long nanos, TrackedProcess process, long dueNanos) {
    process.openRequest = ++requests;
    process.sent++;
    process.requestNanos = nanos;
    process.ackNanos = 0;
    process.lateNanos = nanos - dueNanos;
    actions.accept(
        new Action.Compress(
            process.pid, process.generation, process.openRequest, process.lateNanos));
  }

  private void end(TrackedProcess process, boolean exited, long nanos, int exitCode) {
    deadlines.remove(process);
    table.remove(process);
    if (allRows || process.isOfInterest()) {
      actions.accept(new Action.Finished(process.row(exited, nanos, exitCode)));
    }
  }
}
