package io.predicomp.workloads.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  private static final long MINUTE = 60_000_000_000L;

  /** A time of any length: its logarithm is uniform. */
  private static long anyNanos(Random random) {
    return random.nextLong(1L << random.nextInt(1, 36));
  }

  @Test
  void countsAsHdrHistogramDoes() {
    Random random = new Random(5);
    Histogram expected = Latencies.newHistogram();
    Latencies single = new Latencies(1);
    Latencies batches = new Latencies(1);
    long[] batch = new long[100];
    for (int i = 0; i < 1_000; i++) {
      for (int j = 0; j < batch.length; j++) {
        batch[j] = anyNanos(random);
        expected.recordValue(Math.clamp(batch[j], 1, MINUTE));
        single.record(batch[j]);
      }
      batches.record(batch, batch.length);
    }
    assertEquals(expected, single.histogram());
    assertEquals(expected, batches.histogram());
  }

  @Test
  void bordersOfBucketsCountAsHdrHistogramDoes() {
    Histogram expected = Latencies.newHistogram();
    Latencies latencies = new Latencies(1);
    for (long power = 1; power <= MINUTE; power *= 2) {
      for (long nanos = power - 1; nanos <= power + 1; nanos++) {
        expected.recordValue(Math.clamp(nanos, 1, MINUTE));
        latencies.record(nanos);
      }
    }
    assertEquals(expected, latencies.histogram());
  }

  @Test
  void whatIsTooLongOrNegativeCountsAsTheLongestAndTheShortest() {
    Latencies latencies = new Latencies(1);
    latencies.record(new long[] {-1, Long.MAX_VALUE, 5}, 2);
    Histogram histogram = latencies.histogram();
    assertEquals(2, histogram.getTotalCount());
    assertEquals(1, histogram.getMinValue());
    assertTrue(histogram.getMaxValue() >= MINUTE);
  }

  @Test
  void theSteadyStateLeavesOutWhatCameBefore() {
    AtomicInteger stage = new AtomicInteger();
    Latencies latencies = new Latencies(1, stage::get);
    latencies.record(1_000);
    assertEquals(0, latencies.steadyHistogram().getTotalCount());
    stage.set(1);
    latencies.record(50);
    latencies.record(new long[] {1_000, 60}, 2);
    assertEquals(3, latencies.steadyHistogram().getTotalCount());
    assertEquals(50, latencies.steadyHistogram().getMinValue());
    assertEquals(1, latencies.steadyHistogram().getCountAtValue(1_000));
    assertEquals(4, latencies.histogram().getTotalCount());
  }

  @Test
  void everyStepthIsDue() {
    Latencies latencies = new Latencies(3);
    assertTrue(latencies.isDue());
    assertFalse(latencies.isDue());
    assertFalse(latencies.isDue());
    assertTrue(latencies.isDue());
    assertEquals(2, latencies.skip(5));
    assertTrue(latencies.isDue());
    assertEquals(1, latencies.skip(1));
    assertEquals(1, latencies.skip(5));
    assertTrue(latencies.isDue());
  }
}
