package io.predicomp.workloads.run;

/** Time that passes only when somebody waits or the test says so. */
final class FakeClock implements Clock {
  long now = 1_000;
  long oversleepNanos;

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public void park(long nanos) {
    now += nanos + oversleepNanos;
  }
}
