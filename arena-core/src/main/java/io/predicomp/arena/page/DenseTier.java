package io.predicomp.arena.page;

import io.predicomp.arena.codec.Lz4HcDictionaryCodec;
import io.predicomp.arena.codec.RegionDictionary;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.memory.Mapping;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Recompresses pages that stay evicted: how it is done; when and which is the caller's business.
 *
 * <p>Thread-safe. One thread works at a time, under a lock of its own that is taken before the
 * demotion lock; the demotion lock is held for one page, or a few that are sampled, so demotions
 * wait a fraction of a millisecond at most. Accesses wait for nothing but the exchange of an entry
 * ({@link Recompressor}).
 */
public final class DenseTier implements AutoCloseable {
  /** Pages looked at in one slice of a sweep: about 10 µs. */
  private static final int LOOKS = 8192;

  /** Bytes of pages recompressed in one slice of a sweep: one to three milliseconds. */
  private static final int SLICE_BYTES = 128 << 10;

  private final PageMover mover;
  private final PoolPressure pressure;
  private final DemotionLock demotion;
  private final ReentrantLock work = new ReentrantLock();
  private final DenseTierCounters counters = new DenseTierCounters();
  private final int pageBytes;

  // Under the work lock.
  private @Nullable Recompressor recompressor;
  private @Nullable DictionaryTrainer trainer;
  private DictionaryTrainer.Training training = RegionDictionary::train;
  private LongFunction<Mapping> memory = Mapping::anonymous;
  private int lastVersion;
  private boolean closed;

  /** What a sweep asks of a page: how long it must have been evicted for each tier. */
  public interface Ages {
    /** {@return the tier a page belongs into that was demoted at this stamp} */
    PageTier tierOf(int stamp);
  }

  DenseTier(PageMover mover, int pageBytes) {
    this.mover = mover;
    this.pressure = mover.pressure;
    this.demotion = mover.demotion;
    this.pageBytes = pageBytes;
  }

  public DenseTierCounters counters() {
    return counters;
  }

  /** Pages in the dense tier. */
  public long densePages() {
    return mover.codecs.densePages();
  }

  /** Payload bytes in the dense tier. */
  public long denseBytes() {
    return mover.codecs.denseBytes();
  }

  /** Pages in the coldest tier. */
  public long coldestPages() {
    return mover.codecs.pages(PageCodecs.ZSTD);
  }

  /** Payload bytes in the coldest tier. */
  public long coldestBytes() {
    return mover.codecs.bytes(PageCodecs.ZSTD);
  }

  /** Dictionaries that exist, superseded ones that pages still need included. */
  public int dictionaries() {
    return mover.codecs.dictionaries();
  }

  /** Bytes that dictionaries take, part of the pool's. */
  public long dictionaryBytes() {
    return mover.pool.borrowedBytes();
  }

  /** The regions now, in the order of their page numbers. */
  public DensePages[] regions() {
    return mover.densePages();
  }

  /** The stamp that the page demoted last was given; stamps count demotions modulo 2²⁴. */
  public int latestStamp() {
    demotion.lock();
    try {
      return pressure.latestStamp();
    } finally {
      demotion.unlock();
    }
  }

  /** How many demotions lie between two stamps, modulo 2²⁴. */
  public static int stampDistance(int from, int to) {
    return DemotionOrder.distance(from, to);
  }

  // --- in slices, for an agent ------------------------------------------------------------------

  /**
   * One slice of a sweep over a region: looks at some pages from {@code from} and recompresses
   * those that belong into a denser tier than they are in. Where nothing is known yet about the
   * region, or it has changed, the slice goes into finding out instead.
   *
   * @return the page to go on with; {@code from} itself while the region is being sampled
   */
  public int sweep(DensePages table, int from, Ages ages, DenseTierPolicy policy) {
    work.lock();
    try {
      if (closed) {
        return table.pageCount();
      }
      return stepTrainer() ? from : sweepWorking(table, from, ages, policy);
    } finally {
      work.unlock();
    }
  }

  private int sweepWorking(DensePages table, int from, Ages ages, DenseTierPolicy policy) {
    int end = Math.min(table.pageCount(), from + LOOKS);
    int recompressions = Math.max(1, SLICE_BYTES / pageBytes);
    int page = from;
    for (; page < end && recompressions > 0; page++) {
      PageTier wanted = wantedTier(table, page, ages);
      if (wanted == PageTier.BASE) {
        continue;
      }
      DensePlan plan = table.densePlan;
      if (plan == null || plan.isStale()) {
        if (startTrainer(table, p -> wantedTier(table, p, ages) != PageTier.BASE, policy)) {
          return page;
        }
        return table.pageCount(); // too little is cold to learn from
      }
      recompressions -= recompress(table, page, wanted, policy) == null ? 0 : 1;
    }
    demotion.lock();
    try {
      mover.pool.drainFreed();
      pressure.compactIfFragmented();
    } finally {
      demotion.unlock();
    }
    return page;
  }

  /** The tier a page should go to, or {@code BASE} if it should stay where it is. */
  private static PageTier wantedTier(DensePages table, int page, Ages ages) {
    if (table.evicted(page) == 0) {
      return PageTier.BASE;
    }
    long entry = table.copyOf(page); // may be about to change, which recompress() notices
    PageTier wanted = ages.tierOf(table.demotedAt(page));
    return wanted.compareTo(PageCodecs.tier(entry)) > 0 && !PageCodecs.wasTried(entry, wanted)
        ? wanted
        : PageTier.BASE;
  }

  /**
   * Ends a sweep over a region: gives back what only compressing needs, and a dictionary that no
   * page uses.
   */
  public void endSweep(DensePages table) {
    work.lock();
    demotion.lock();
    try {
      DensePlan plan = table.densePlan;
      if (closed || plan == null || !plan.hasDictionary()) {
        return;
      }
      int index = plan.index(PageTier.DENSE);
      if (plan.endSweep() > 0) {
        return;
      }
      if (mover.codecs.pages(index) == 0) {
        table.densePlan = null;
        mover.codecs.retire(index);
      } else {
        mover.codecs.closeEncoder(index);
      }
    } finally {
      mover.codecs.reclaim();
      demotion.unlock();
      work.unlock();
    }
  }

  // --- at once, for a caller who waits --------------------------------------------------

  /**
   * Recompresses the evicted pages among {@code count} pages from {@code page}, however short they
   * have been evicted.
   *
   * @return pages recompressed
   */
  public long recompress(
      DensePages table, int page, int count, PageTier tier, DenseTierPolicy policy) {
    if (tier == PageTier.BASE) {
      throw new IllegalArgumentException("tier is BASE, allowed are DENSE and COLDEST");
    }
    work.lock();
    try {
      if (closed) {
        return 0;
      }
      while (stepTrainer()) {
        // an agent's sample, nearly done
      }
      DensePlan plan = table.densePlan;
      if ((plan == null || plan.isStale()) && startTrainer(table, p -> true, policy)) {
        while (stepTrainer()) {
          // each slice takes the demotion lock for itself, so that demotions get through
        }
      }
      long done = 0;
      for (int p = page; p < page + count && table.densePlan != null; p++) {
        if (table.evicted(p) != 0
            && PageCodecs.tier(table.copyOf(p)).compareTo(tier) < 0
            && !PageCodecs.wasTried(table.copyOf(p), tier)
            && recompress(table, p, tier, policy) == Recompressor.Outcome.DONE) {
          done++;
        }
      }
      return done;
    } finally {
      closeEncoder(table);
      work.unlock();
    }
  }

  // --- both ---------------------------------------------------------------

  /** A caller who waits has nobody who would end a sweep. */
  private void closeEncoder(DensePages table) {
    demotion.lock();
    try {
      DensePlan plan = table.densePlan;
      if (!closed && plan != null) {
        if (plan.hasDictionary()) {
          mover.codecs.closeEncoder(plan.index(PageTier.DENSE));
        }
        mover.pool.drainFreed();
      }
    } finally {
      demotion.unlock();
    }
  }

  /** Returns null if there is nothing to do it with. Under the work lock. */
  private Recompressor.@Nullable Outcome recompress(
      DensePages table, int page, PageTier tier, DenseTierPolicy policy) {
    demotion.lock();
    try {
      DensePlan plan = table.densePlan;
      if (plan == null) {
        return null; // closed meanwhile
      }
      PageTier possible =
          tier == PageTier.COLDEST && plan.index(tier) == PageCodecs.BASE ? PageTier.DENSE : tier;
      int index = plan.index(possible);
      if (index == PageCodecs.BASE
          || PageCodecs.tier(table.copyOf(page)).compareTo(possible) >= 0
          || (PageCodecs.isDictionary(index) && !mover.codecs.openEncoder(index))) {
        return null;
      }
      Recompressor worker = recompressor();
      if (worker == null) {
        return null;
      }
      Recompressor.Outcome outcome = worker.recompress(table, page, index, tier, policy);
      if (possible == PageTier.DENSE
          && (outcome == Recompressor.Outcome.DONE || outcome == Recompressor.Outcome.SMALL_GAIN)) {
        plan.tried(worker.lastLength(), outcome == Recompressor.Outcome.DONE);
      }
      return outcome;
    } finally {
      demotion.unlock();
    }
  }

  /** Begins to sample a region; false if too few of its pages are cold, or there is no memory. */
  private boolean startTrainer(DensePages table, IntPredicate isWanted, DenseTierPolicy policy) {
    Recompressor worker = recompressor();
    if (worker == null) {
      counters.trainingFailures.increment();
      return false;
    }
    IntPredicate isCold = page -> table.evicted(page) != 0 && isWanted.test(page);
    DictionaryTrainer started =
        new DictionaryTrainer(
            mover,
            demotion,
            worker,
            counters,
            policy,
            training,
            memory,
            table,
            isCold,
            ++lastVersion);
    if (started.step()) {
      return false;
    }
    trainer = started;
    return true;
  }

  /** Does a slice of the sampling in progress; false if there is none. */
  private boolean stepTrainer() {
    DictionaryTrainer running = trainer;
    if (running == null) {
      return false;
    }
    boolean done = true;
    try {
      done = running.step();
    } finally {
      if (done) {
        trainer = null;
      }
    }
    return true;
  }

  /**
   * Null if there is no memory for it now. Whoever asks may be an access that looks for room in the
   * budget, which must not fail for what is only an improvement.
   */
  private @Nullable Recompressor recompressor() {
    if (recompressor == null) {
      try {
        recompressor = new Recompressor(mover, pressure, counters, pageBytes, memory);
      } catch (ErrnoException _) {
        return null;
      }
    }
    return recompressor;
  }

  /**
   * Gives a region a dictionary that was made elsewhere, which belongs to this from now on.
   *
   * @return false if the pool has no room for it; it is closed then
   */
  public boolean adopt(DensePages table, RegionDictionary dictionary) {
    work.lock();
    demotion.lock();
    try {
      Lz4HcDictionaryCodec codec =
          new Lz4HcDictionaryCodec(dictionary, PageCodecs.HIGH_COMPRESSION_LEVEL);
      mover.codecs.provide(PageCodecs.ZSTD);
      int index = mover.codecs.add(codec);
      if (index < 0) {
        dictionary.close();
        return false;
      }
      DensePlan former = table.densePlan;
      table.densePlan = DensePlan.of(index, PageCodecs.ZSTD, pageBytes, null);
      if (former != null && former.hasDictionary()) {
        mover.codecs.retire(former.index(PageTier.DENSE));
      }
      return true;
    } finally {
      demotion.unlock();
      work.unlock();
    }
  }

  /** For tests: what gives memory to recompression from now on, but for dictionaries. */
  void setMemory(LongFunction<Mapping> replacement) {
    work.lock();
    try {
      memory = replacement;
    } finally {
      work.unlock();
    }
  }

  /** For tests: what trains from now on. */
  void setTraining(DictionaryTrainer.Training replacement) {
    work.lock();
    try {
      training = replacement;
    } finally {
      work.unlock();
    }
  }

  /** Lets go of a region whose pages are all closed. Under the demotion lock. */
  public void forget(DensePages table) {
    DensePlan plan = table.densePlan;
    table.densePlan = null;
    if (plan != null && plan.hasDictionary()) {
      mover.codecs.retire(plan.index(PageTier.DENSE));
    }
    mover.codecs.reclaim();
  }

  /** Frees what recompression uses. All regions must be closed. */
  @Override
  public void close() {
    work.lock();
    try {
      closed = true;
      if (trainer != null) {
        trainer.close();
        trainer = null;
      }
      if (recompressor != null) {
        recompressor.close();
        recompressor = null;
      }
    } finally {
      work.unlock();
    }
  }
}
