package io.predicomp.bench.compare;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Supplier;

/**
 * Runs contenders in turn, a short slice each, many rounds: A B C, C B A, A B C, … What disturbs
 * the machine for longer than a slice disturbs all of them alike, and the median over rounds of the
 * ratio within a round drops what does not.
 *
 * <p>Costs are CPU time of the thread that works, so that waiting for a processor that other
 * processes hold does not count. The first contender is the baseline.
 */
public final class Interleaved {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long WARM_UP_NANOS = 400_000_000;

  /** Results go here, so that the compiler cannot leave the work out. */
  static volatile long sink;

  private final int rounds;
  private final long sliceNanos;

  /**
   * @param rounds slices of each contender
   * @param sliceMillis length of one
   */
  public Interleaved(int rounds, long sliceMillis) {
    this.rounds = rounds;
    this.sliceNanos = sliceMillis * 1_000_000;
  }

  /**
   * CPU nanoseconds per operation: {@code [contender][round]}.
   *
   * @param threads how many do the same at the same time
   * @param perThread called once in each thread; every list holds the same contenders
   */
  public double[][] run(int threads, Supplier<List<Contender>> perThread) {
    double[][][] costs = new double[threads][][];
    CyclicBarrier barrier = new CyclicBarrier(threads);
    Thread[] workers = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      int index = i;
      workers[i] = new Thread(() -> costs[index] = work(perThread.get(), barrier), "worker-" + i);
      workers[i].start();
    }
    for (int i = 0; i < threads; i++) {
      try {
        workers[i].join();
      } catch (InterruptedException e) {
        throw new IllegalStateException("interrupted while measuring", e);
      }
      if (costs[i] == null) {
        throw new IllegalStateException("a measuring thread failed");
      }
    }
    return mean(costs);
  }

  private double[][] work(List<Contender> contenders, CyclicBarrier barrier) {
    for (int pass = 0; pass < 2; pass++) {
      for (Contender contender : contenders) {
        slice(contender, WARM_UP_NANOS / 2);
      }
    }
    int n = contenders.size();
    double[][] costs = new double[n][rounds];
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < n; i++) {
        int at = round % 2 == 0 ? i : n - 1 - i;
        await(barrier);
        costs[at][round] = slice(contenders.get(at), sliceNanos);
      }
    }
    return costs;
  }

  private static double slice(Contender contender, long nanos) {
    long calls = 0;
    long result = 0;
    long end = System.nanoTime() + nanos;
    long cpu = THREADS.getCurrentThreadCpuTime();
    do {
      result += contender.work().getAsLong();
      calls++;
    } while (System.nanoTime() < end);
    double cost = (double) (THREADS.getCurrentThreadCpuTime() - cpu);
    sink = result;
    return cost / calls / contender.operations();
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException("another measuring thread failed", e);
    }
  }

  private static double[][] mean(double[][][] costs) {
    double[][] mean = new double[costs[0].length][costs[0][0].length];
    for (double[][] thread : costs) {
      for (int i = 0; i < mean.length; i++) {
        for (int round = 0; round < mean[i].length; round++) {
          mean[i][round] += thread[i][round] / costs.length;
        }
      }
    }
    return mean;
  }

  /** Measures and prints a line per contender: nanoseconds, and the ratio to the baseline. */
  public double[][] report(String title, int threads, Supplier<List<Contender>> perThread) {
    double[][] costs = run(threads, perThread);
    List<Contender> names = perThread.get();
    for (int i = 0; i < costs.length; i++) {
      print(title, names.get(i).name(), costs[i], costs[0]);
    }
    return costs;
  }

  /** One line: costs per operation and their ratio to the baseline's. */
  public static void print(String title, String name, double[] costs, double[] baseline) {
    System.out.printf(
        Locale.ROOT,
        "%-28s %-14s %10.2f ns  ratio %5.3f  (quartiles %5.3f to %5.3f, of minima %5.3f)%n",
        title,
        name,
        median(costs),
        median(ratios(costs, baseline)),
        quantile(ratios(costs, baseline), 0.25),
        quantile(ratios(costs, baseline), 0.75),
        quantile(costs, 0) / quantile(baseline, 0));
  }

  /** The ratios within each round. */
  public static double[] ratios(double[] costs, double[] baseline) {
    double[] ratios = new double[costs.length];
    Arrays.setAll(ratios, round -> costs[round] / baseline[round]);
    return ratios;
  }

  public static double median(double[] values) {
    return quantile(values, 0.5);
  }

  /** The value below which the share {@code q} of the values lies. */
  public static double quantile(double[] values, double q) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.round(q * (sorted.length - 1))];
  }
}
