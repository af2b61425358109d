package io.predicomp.controller.core;

import io.predicomp.controller.core.TriggerPolicy.Sample;
import io.predicomp.os.process.ProcessEvent;
import java.util.Optional;

/** What is known of a living process. Only the tracker changes it. */
final class TrackedProcess {
  /** Not in the heap of deadlines. */
  static final int NOWHERE = -1;

  final int pid;
  final int generation;

  int parent;
  int lineageRoot;
  String name = "";
  boolean began; // a fork or exec of it was seen
  long execNanos;
  long deadlineNanos;

  Enrolment enrolment = Enrolment.NONE;
  boolean connected;
  boolean overdue; // due, and had not enrolled
  int sent;
  int acknowledged;
  long openRequest; // 0: none
  long requestNanos;
  long ackNanos;
  long lateNanos;
  Optional<Sample> lastSample = Optional.empty();
  ArenaFigures figures = ArenaFigures.NONE;

  /** When to look at it next; where it is in the heap. */
  long wakeNanos;

  int heapIndex = NOWHERE;

  TrackedProcess(int pid, int generation) {
    this.pid = pid;
    this.generation = generation;
    lineageRoot = pid;
  }

  boolean hasEnrolled() {
    return !enrolment.equals(Enrolment.NONE);
  }

  /** Whether there is more to say of it than that it was there. */
  boolean isOfInterest() {
    return execNanos != 0 || hasEnrolled();
  }

  ProcessRow row(boolean exited, long exitNanos, int exitCode) {
    return new ProcessRow(
        pid,
        generation,
        name,
        execNanos,
        deadlineNanos,
        exited ? exitNanos : 0,
        exited,
        exited ? exitCode : ProcessEvent.UNKNOWN,
        parent,
        lineageRoot,
        sent,
        acknowledged,
        overdue && !hasEnrolled(),
        requestNanos,
        ackNanos,
        lateNanos,
        enrolment,
        figures);
  }
}
