package io.predicomp.workloads.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PacerTest {
  private static final long SECOND = 1_000_000_000;

  @Property(tries = 200)
  void doesWhatIsDueAndNoMoreWhateverTheSleepsTake(
      @ForAll @IntRange(min = 1, max = 2_000_000) int rate,
      @ForAll @IntRange(max = 20_000_000) int oversleepNanos,
      @ForAll @IntRange(min = 1, max = 300) int most) {
    FakeClock clock = new FakeClock();
    clock.oversleepNanos = oversleepNanos;
    Deadline deadline = new Deadline(clock, SECOND);
    Pacer pacer = new Pacer(rate, deadline);
    long done = 0;
    int batch;
    while ((batch = pacer.next(most)) > 0) {
      assertTrue(batch <= most, "batch of " + batch);
      done += batch;
      long due = (long) Math.ceil(deadline.elapsedNanos() * (rate / 1e9));
      assertTrue(done <= due, done + " done, " + due + " due");
    }
    assertTrue(Math.abs(rate - done) <= 1, done + " of " + rate);
  }

  @Test
  void catchesUpAfterAStall() {
    FakeClock clock = new FakeClock();
    Deadline deadline = new Deadline(clock, SECOND);
    Pacer pacer = new Pacer(1_000, deadline);
    clock.now += SECOND / 2;
    assertEquals(400, pacer.next(400));
    assertEquals(100, pacer.next(400));
  }

  @Test
  void givesUpWhatTheOvertimeDoesNotAllow() {
    FakeClock clock = new FakeClock();
    Deadline deadline = new Deadline(clock, SECOND);
    Pacer pacer = new Pacer(1_000, deadline);
    clock.now += SECOND + SECOND / 20;
    assertEquals(10, pacer.next(10));
    clock.now += SECOND / 10;
    assertEquals(0, pacer.next(10));
  }

  @Test
  void stopsAtOnceWhenInterrupted() {
    FakeClock clock = new FakeClock();
    Deadline deadline = new Deadline(clock, SECOND);
    Pacer pacer = new Pacer(1_000, deadline);
    clock.now += SECOND / 2;
    deadline.interrupt();
    assertEquals(0, pacer.next(10));
  }

  @Test
  void aStallDelaysEveryOperationThatWasDueMeanwhile() {
    FakeClock clock = new FakeClock();
    Deadline deadline = new Deadline(clock, SECOND);
    Pacer pacer = new Pacer(1_000, deadline);
    long period = SECOND / 1_000;
    clock.now++;
    assertEquals(1, pacer.next(16));
    assertEquals(deadline.startNanoTime(), pacer.dueNanoTime(0));
    clock.now += 10 * period; // the first operation
    assertEquals(8, pacer.next(8));
    for (int i = 0; i < 8; i++) {
      assertNear(deadline.startNanoTime() + (i + 1) * period, pacer.dueNanoTime(i));
    }
    assertEquals(2, pacer.next(8));
    assertNear(deadline.startNanoTime() + 9 * period, pacer.dueNanoTime(0));
  }

  private static void assertNear(long expected, long nanos) {
    assertTrue(Math.abs(expected - nanos) <= 1, nanos + " instead of " + expected);
  }

  @Property(tries = 200)
  void nothingIsHandedOutBeforeItIsDue(
      @ForAll @IntRange(min = 1, max = 2_000_000) int rate,
      @ForAll @IntRange(min = 1, max = 100) int head,
      @ForAll @IntRange(max = 20_000_000) int oversleepNanos) {
    FakeClock clock = new FakeClock();
    clock.oversleepNanos = oversleepNanos;
    Pacer pacer = new Pacer(rate, new Deadline(clock, SECOND / 10), head / 100.0, clock::park);
    long last = Long.MIN_VALUE;
    int batch;
    while ((batch = pacer.next(256)) > 0) {
      for (int i = 0; i < batch; i++) {
        long due = pacer.dueNanoTime(i);
        assertTrue(due >= last, "operations are due in turn");
        last = due;
      }
      assertTrue(last <= clock.now + 1, last + " due at " + clock.now);
    }
  }
}
