package io.predicomp.workloads.churn;

import io.predicomp.os.Errno;
import io.predicomp.os.process.ChildExit;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Counts of one worker or, added up, of a run. Not thread-safe. */
public final class ChurnTotals {
  /** Anything longer counts as this: ten minutes. */
  private static final long LONGEST_NANOS = 600_000_000_000L;

  private final Histogram making = new Histogram(1, LONGEST_NANOS, 2);
  private final Histogram waiting = new Histogram(1, LONGEST_NANOS, 2);
  private final Map<String, Long> failures = new TreeMap<>();
  private final Map<String, Long> badExits = new TreeMap<>();
  private long failed;
  private long minorFaults;
  private long majorFaults;
  private long childCpuNanos;
  private long waitsForRoom;
  private long killed;

  void made(long nanos) {
    making.recordValue(Math.clamp(nanos, 1, LONGEST_NANOS));
  }

  void failed(int error) {
    failed++;
    failures.merge(Errno.of(error).map(Errno::name).orElse("errno " + error), 1L, Long::sum);
  }

  void ended(ChildExit exit) {
    waiting.recordValue(Math.clamp(exit.lifetimeNanos(), 1, LONGEST_NANOS));
    minorFaults += exit.minorFaults();
    majorFaults += exit.majorFaults();
    childCpuNanos += exit.cpuNanos();
    if (!exit.isSuccess()) {
      String how = exit.code() < 0 ? "signal " + -exit.code() : "exit code " + exit.code();
      badExits.merge(how, 1L, Long::sum);
    }
  }

  void waitedForRoom() {
    waitsForRoom++;
  }

  void killed(int children) {
    killed += children;
  }

  void add(ChurnTotals other) {
    making.add(other.making);
    waiting.add(other.waiting);
    other.failures.forEach((name, count) -> failures.merge(name, count, Long::sum));
    other.badExits.forEach((name, count) -> badExits.merge(name, count, Long::sum));
    failed += other.failed;
    minorFaults += other.minorFaults;
    majorFaults += other.majorFaults;
    childCpuNanos += other.childCpuNanos;
    waitsForRoom += other.waitsForRoom;
    killed += other.killed;
  }

  /** {@return children made} */
  public long children() {
    return making.getTotalCount();
  }

  /** {@return nanoseconds that making a child took: fork, or fork and exec} */
  public Histogram making() {
    return making;
  }

  /** {@return nanoseconds from when a child was made until it was reaped} */
  public Histogram waiting() {
    return waiting;
  }

  /** {@return attempts that gave no child} */
  public long failed() {
    return failed;
  }

  /** {@return those by name of the error} */
  public Map<String, Long> failures() {
    return failures;
  }

  /** {@return children that did not exit with 0, by how they ended} */
  public Map<String, Long> badExits() {
    return badExits;
  }

  /** {@return children's page faults resolved without I/O} */
  public long minorFaults() {
    return minorFaults;
  }

  /** {@return children's page faults resolved with I/O} */
  public long majorFaults() {
    return majorFaults;
  }

  /** {@return CPU time of the children} */
  public long childCpuNanos() {
    return childCpuNanos;
  }

  /** {@return how often a worker had as many children as it may and waited for one to end} */
  public long waitsForRoom() {
    return waitsForRoom;
  }

  /** {@return children that were still running when the run was over, and were killed} */
  public long killed() {
    return killed;
  }
}
