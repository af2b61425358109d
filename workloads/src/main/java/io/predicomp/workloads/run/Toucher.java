package io.predicomp.workloads.run;

import io.predicomp.workloads.fill.Mix;
import io.predicomp.workloads.memory.PageShare;
import io.predicomp.workloads.memory.TouchTarget;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * The touches of one worker. A touch reads one word of a page and, if it is a write, puts it back
 * incremented. Which touches write and which pages are random depends on seed and worker alone, not
 * on time. Allocates nothing; not thread-safe.
 */
public final class Toucher {
  private final TouchTarget target;
  private final PageShare share;
  private final Latencies latencies;
  private final Clock clock;
  private final int writePercent;
  private final long pageKey;
  private final long writeKey;
  private final long scatter;
  private long touches;
  private long randomPages;

  /** What separates the keys of a batch's random pages from that of the first. */
  private long[] keySteps = new long[0];

  /** Offsets to write at, or complements of offsets to read from. */
  private long[] prepared = new long[0];

  /** Which touches of a batch were timed, how long each took, and when it ended. */
  private int[] timedTouches = new int[0];

  private long[] durations = new long[0];
  private long[] ends = new long[0];

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
      Clock clock,
      long seed,
      int worker,
      int writePercent) {
    this.target = target;
    this.share = share;
    this.latencies = latencies;
    this.clock = clock;
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
   * Takes the next pages of the random sequence.
   *
   * @param pages gets them
   * @param count how many
   */
  public void randomPages(int[] pages, int count) {
    makeRoomFor(pages.length);
    long key = Mix.key(pageKey, randomPages);
    long all = share.pages();
    // Keys are looked up, and there are two loops, for C2 to use vector instructions: it unrolls
    // no loop with three multiplications.
    long[] steps = keySteps;
    long[] random = prepared;
    for (int i = 0; i < count; i++) {
      random[i] = Mix.hash(key + steps[i]);
    }
    for (int i = 0; i < count; i++) {
      pages[i] = (int) (((random[i] >>> 33) * all) >>> 31);
    }
    randomPages += count;
  }

  /**
   * Takes the next pages of a random sequence in which the page of each rank comes as often as
   * {@code ranks} says. Ranks are scattered over the share, so that often touched pages are no
   * neighbours.
   *
   * @param pages gets them
   * @param count how many
   */
  public void zipfPages(ZipfRanks ranks, int[] pages, int count) {
    for (int i = 0; i < count; i++) {
      long rank = ranks.next(() -> (Mix.at(pageKey, randomPages++) >>> 11) * 0x1p-53);
      pages[i] = (int) (rank * scatter % share.pages());
    }
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
      long start = clock.nanoTime();
      access(page);
      latencies.record(clock.nanoTime() - start);
    } else {
      access(page);
    }
  }

  /**
   * Touches pages that were due one after the other. Does what {@link #touch(int)} does to each,
   * but everything else before the first access or after the last: the fewer instructions lie
   * between accesses, the more of them a processor has under way at once.
   *
   * @param pages numbers in the share
   * @param count how many of them, the batch of {@code pacer}
   * @param fromDue gets the time from when a touch was due until it was done, of the touches timed
   */
  public void touch(int[] pages, int count, Pacer pacer, Latencies fromDue) {
    makeRoomFor(pages.length);
    prepare(pages, count);
    TouchTarget target = this.target; // an access orders memory: fields would be loaded again
    long[] prepared = this.prepared;
    long read = 0;
    int timed = 0;
    for (int i = 0; i < count; i++) {
      int next = i + latencies.skip(count - i);
      for (; i < next; i++) {
        read += access(target, prepared[i]);
      }
      if (i < count && latencies.isDue()) {
        long begin = clock.nanoTime();
        read += access(target, prepared[i]);
        long end = clock.nanoTime();
        durations[timed] = end - begin;
        ends[timed] = end;
        timedTouches[timed++] = i;
      }
    }
    sum += read;
    latencies.record(durations, timed);
    for (int i = 0; i < timed; i++) {
      durations[i] = ends[i] - pacer.dueNanoTime(timedTouches[i]);
    }
    fromDue.record(durations, timed);
  }

  private void makeRoomFor(int most) {
    if (prepared.length < most) {
      keySteps = new long[most];
      Arrays.setAll(keySteps, i -> Mix.key(0, i));
      prepared = new long[most];
      timedTouches = new int[most];
      durations = new long[most];
      ends = new long[most];
    }
  }

  private void prepare(int[] pages, int count) {
    share.wordOffsets(pages, count, prepared);
    if (writePercent == 100) {
      share.wrote(pages, count);
    } else {
      for (int i = 0; i < count; i++) {
        if (isWrite(touches + i)) {
          share.wrote(pages[i]);
        } else {
          prepared[i] = ~prepared[i];
        }
      }
    }
    touches += count;
  }

  /** {@return the word, if it is read} */
  private static long access(TouchTarget target, long prepared) {
    if (prepared < 0) {
      return target.read(~prepared);
    }
    target.increment(prepared);
    return 0;
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
