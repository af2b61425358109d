package io.predicomp.workloads.run;

import io.predicomp.workloads.fill.Mix;
import io.predicomp.workloads.memory.PageShare;
import io.predicomp.workloads.memory.TouchTarget;
import java.math.BigInteger;

/**
 * The touches of one worker. A touch reads one word of a page and, if it is a write, puts it back
 * incremented. Which touches write and which pages are random depends on seed and worker alone, not
 * on time. Allocates nothing; not thread-safe.
 */
public final class Toucher {
  private final TouchTarget target;
  private final PageShare share;
  private final Latencies latencies;
  private final int writePercent;
  private final long pageKey;
  private final long writeKey;
  private final long scatter;
  private long touches;
  private long randomPages;

  /** Keeps the compiler from dropping reads. */
  private long sum;

  /**
   * @param worker number of the worker
   * @param writePercent 0 to 100
   */
  public Toucher(
      TouchTarget target,
      PageShare share,
      Latencies latencies,
      long seed,
      int worker,
      int writePercent) {
    this.target = target;
    this.share = share;
    this.latencies = latencies;
    this.writePercent = writePercent;
    this.scatter = scatter(share.pages());
    this.pageKey = Mix.at(seed, 2L * worker);
    this.writeKey = Mix.at(seed, 2L * worker + 1);
  }

  /** {@return the next page of the random sequence, a number in the share} */
  public int randomPage() {
    long random31Bits = Mix.at(pageKey, randomPages++) >>> 33;
    return (int) ((random31Bits * share.pages()) >>> 31);
  }

  /**
   * {@return the next page of a random sequence in which the page of each rank comes as often as
   * {@code ranks} says} Ranks are scattered over the share, so that often touched pages are no
   * neighbours.
   */
  public int zipfPage(ZipfRanks ranks) {
    long rank = ranks.next(() -> (Mix.at(pageKey, randomPages++) >>> 11) * 0x1p-53);
    return (int) (rank * scatter % share.pages());
  }

  /** The step to multiply with that reaches every page: coprime with their number. */
  private static long scatter(int pages) {
    long step = Math.max(1, (long) (pages * 0.618));
    while (BigInteger.valueOf(step).gcd(BigInteger.valueOf(pages)).intValue() != 1) {
      step++;
    }
    return step;
  }

  /**
   * Touches a page.
   *
   * @param page number in the share
   */
  public void touch(int page) {
    if (latencies.isDue()) {
      long start = System.nanoTime();
      access(page);
      latencies.record(System.nanoTime() - start);
    } else {
      access(page);
    }
  }

  private void access(int page) {
    long offset = share.wordOffset(page);
    if (isWrite(touches++)) {
      target.increment(offset);
      share.wrote(page);
    } else {
      sum += target.read(offset);
    }
  }

  private boolean isWrite(long touch) {
    return writePercent == 100
        || Long.remainderUnsigned(Mix.at(writeKey, touch), 100) < writePercent;
  }

  /** {@return touches so far} */
  public long touches() {
    return touches;
  }

  /** {@return a number that depends on every word read} */
  public long sum() {
    return sum;
  }
}
