package io.predicomp.arena.agent;

import io.predicomp.arena.LoopConfig;
import io.predicomp.arena.page.PageMover;
import io.predicomp.arena.page.PageTable;
import io.predicomp.arena.page.PrefetchOutcome;
import io.predicomp.arena.policy.WakePeriod;

/**
 * Brings pages back before they are needed: the next ones of a stride as soon as a need shows it,
 * and everything that was in use at the last wake shortly before the next one, in address order.
 */
final class PrefetchAgent implements Agent {
  /** What was in use at so many wakes before will be at the next. */
  private static final int WAKES = 3;

  /** Waves left out after one of which fewer than half of the pages were used. */
  private static final int MISTRUST_WAVES = 4;

  /** Restored between two looks at clock, quota and needs. */
  private static final int SLICE_PAGES = 32;

  /** How much sooner than computed a wave of restores begins. */
  private static final double LEAD_FACTOR = 1.4;

  /** A scheduler's idea of now differs from ours. */
  private static final long LEAD_SLACK_NANOS = 60_000_000;

  /** Share of a core that restoring may take, as CpuQuota allows in a burst. */
  private static final double BURST_CORES = 0.5;

  /** How long what was brought back stays when nobody comes. */
  private static final long LATE_NANOS = 150_000_000;

  private final PageMover mover;
  private final LoopConfig config;
  private final LoopState state;
  private final SharedQuota quota;
  private final AgeCensus census;
  private final AgentClock clock;
  private final WakePeriod wakes;

  private int mistrust;
  private long restoredBefore;
  private long usedBefore;
  private boolean waving;
  private long waveFor;
  private PageTable[] tables = new PageTable[0];
  private int region;
  private int page;
  private int oldest;

  /** The last need, to see strides in it. */
  private long lastPage = -1;

  private int run;
  private long strideNext = -1;
  private int strideLeft;

  PrefetchAgent(
      PageMover mover,
      LoopConfig config,
      LoopState state,
      SharedQuota quota,
      AgeCensus census,
      AgentClock clock) {
    this.mover = mover;
    this.config = config;
    this.state = state;
    this.quota = quota;
    this.census = census;
    this.clock = clock;
    this.wakes = new WakePeriod(Math.max(100_000_000, config.coldAfter().toNanos() / 2));
  }

  @Override
  public String role() {
    return "prefetch";
  }

  @Override
  public long idleNanos() {
    return 2_000_000;
  }

  @Override
  public int doWork() {
    int needs = mover.needs().drain(this::needed);
    long now = clock.nanoTime();
    if (usesPeriod() && !waving) {
      beginWaveIfDue(now);
    }
    if (!waving && strideLeft == 0) {
      return needs;
    }
    if (!quota.mayWork(now)) {
      state.skippedQuota.increment();
      return 0;
    }
    long cpu = clock.cpuNanos();
    int restored = waving ? wave() : stride();
    long spent = clock.cpuNanos() - cpu;
    quota.charge(clock.nanoTime(), spent);
    state.restored.add(restored);
    state.restoreCpuNanos.add(spent);
    return needs + 1;
  }

  private boolean usesPeriod() {
    return config.predictor().usesPeriod();
  }

  private boolean usesStride() {
    return config.predictor().usesStride();
  }

  private void needed(PageTable table, int needed, long nanoTime, boolean found) {
    wakes.needed(nanoTime);
    if (!usesStride()) {
      return;
    }
    long global = table.firstPage() + needed;
    run = global == lastPage + 1 ? run + 1 : 0;
    lastPage = global;
    if (run >= 2) {
      strideNext = global + config.prefetchDistance();
      strideLeft = config.prefetchBatch();
      state.enqueued.add(strideLeft);
    }
  }

  private int stride() {
    int restored = 0;
    for (; strideLeft > 0; strideLeft--) {
      PageTable table = mover.find(strideNext);
      if (table == null) {
        strideLeft = 0;
        break;
      }
      restored += prefetch(table, (int) (strideNext - table.firstPage()));
      strideNext++;
    }
    return restored;
  }

  private void beginWaveIfDue(long now) {
    long period = wakes.periodNs();
    state.periodNanos = period;
    state.predictor = period > 0 ? "period" : usesStride() ? "stride" : "none";
    if (period == 0) {
      return;
    }
    long next = wakes.lastWakeNs() + period;
    long lead =
        LEAD_SLACK_NANOS
            + (long) (state.evictedPages * state.restoreNanos * LEAD_FACTOR / BURST_CORES);
    if (next == waveFor || now < next - lead || now > next) {
      return;
    }
    waveFor = next;
    if (!trusts()) {
      return;
    }
    waving = true;
    state.holdUntilNanos = next + LATE_NANOS;
    tables = mover.tables();
    region = 0;
    page = 0;
    long since = now - wakes.lastWakeNs() + (WAKES - 1) * period;
    oldest = (int) Math.min(since / config.epochNanos() + 3, PageTable.OLDEST);
  }

  /** Whether the last wave was right. */
  private boolean trusts() {
    long restored = mover.counters().prefetches.sum();
    long used = mover.counters().prefetchesUsed.sum();
    if (mistrust == 0 && used - usedBefore < (restored - restoredBefore) / 2) {
      mistrust = MISTRUST_WAVES;
    } else if (mistrust > 0) {
      mistrust--;
    }
    restoredBefore = restored;
    usedBefore = used;
    return mistrust == 0;
  }

  /** Restores the next pages of the wave. */
  private int wave() {
    int restored = 0;
    for (int looked = 0; restored < SLICE_PAGES && looked < 4096; looked++) {
      if (region >= tables.length) {
        waving = false;
        break;
      }
      PageTable table = tables[region];
      if (page >= table.pageCount()) {
        region++;
        page = 0;
        continue;
      }
      if (table.age(page) <= oldest) {
        state.enqueued.increment();
        restored += prefetch(table, page);
      }
      page++;
    }
    return restored;
  }

  private int prefetch(PageTable table, int p) {
    int age = table.age(p);
    PrefetchOutcome outcome = mover.prefetch(table, p);
    switch (outcome) {
      case RESTORED -> {
        census.prefetched(age);
        return 1;
      }
      case NOT_EVICTED -> state.dedupSkips.increment();
      case NO_ROOM -> {
        state.noRoom.increment();
        waving = false;
        strideLeft = 0;
      }
      case CORRUPT -> {}
    }
    return 0;
  }
}
