package io.predicomp.arena.agent;

import io.predicomp.arena.LoopConfig;
import io.predicomp.arena.Phase;
import io.predicomp.arena.event.PrefetchEvent;
import io.predicomp.arena.page.AgedMemory;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.page.PrefetchOutcome;
import io.predicomp.arena.policy.PredictorChoice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings pages back before they are needed: tells each region's predictors what accesses needed,
 * what was touched and what the application said, and carries out what they plan, a few pages a
 * slice. A thread that waits for a page goes first.
 */
final class PrefetchAgent implements Agent {
  /** Restored between two looks at clock, quota and needs. */
  private static final int SLICE_PAGES = 32;

  private static final long SHORTEST_IDLE_NANOS = 2_000_000;
  private static final long WATCHING_NANOS = 6_000_000;
  private static final long LONGEST_IDLE_NANOS = 16_000_000;

  /** While nothing is predicted. The log holds what a burst needs in that time. */
  private static final long SILENT_IDLE_NANOS = 24_000_000;

  /** Once that has been reached, where somebody else looks for needs and hints. */
  private static final long ASLEEP_NANOS = 1_000_000_000;

  /** Long enough for a demand restore to end. */
  private static final long YIELD_NANOS = 50_000;

  private static final long REPORT_NANOS = 1_000_000_000;

  private final AgedMemory memory;
  private final LoopConfig config;
  private final LoopState state;
  private final SharedQuota quota;
  private final CpuMeter meter;
  private final AgeCensus census;
  private final AgentClock clock;
  private final Map<AgedRegion, RegionPredictor> predictors = new HashMap<>();
  private List<RegionPredictor> inOrder = List.of();
  private final PredictorFigures figures = new PredictorFigures();
  private final RestorePace pace = new RestorePace();
  private final NeedAttention attention = new NeedAttention();

  /** Whether no predictor is in use. */
  private boolean silent;

  /** Whether a predictor in use names pages because of single needs. */
  private boolean answersNeeds;

  private long seenScan;
  private long reportedAt;
  private int turn;
  private boolean yielded;

  // Of the slice.
  private int present;
  private int roomless;
  private int corrupt;

  private long idleNanos = SHORTEST_IDLE_NANOS;

  PrefetchAgent(
      AgedMemory memory,
      LoopConfig config,
      LoopState state,
      SharedQuota quota,
      AgeCensus census,
      AgentClock clock) {
    this.memory = memory;
    this.config = config;
    this.state = state;
    this.quota = quota;
    this.meter = new CpuMeter(quota, clock);
    this.census = census;
    this.clock = clock;
    this.reportedAt = clock.nanoTime() - REPORT_NANOS;
    memory.keepNeeds();
  }

  @Override
  public String role() {
    return "prefetch";
  }

  @Override
  public long idleNanos() {
    return idleNanos;
  }

  @Override
  public int doWork() {
    state.prefetchBell.awake();
    meter.charge();
    int heard = takeHints();
    long now = clock.nanoTime();
    int waiting = memory.waitingNeeds();
    boolean urgent = answersNeeds || memory.needsCrowd();
    int worthReading = attention.worthReading(waiting, urgent, now);
    if (worthReading > 0) {
      heard += memory.drainNeeds(this::needed, worthReading);
    }
    boolean leaves = worthReading < waiting;
    if (!leaves && state.scans.get() != seenScan) {
      seenScan = state.scans.get();
      endEpoch(now);
    }
    RegionPredictor next = nextWithWork(now);
    if (next == null) {
      pace.end(now, state.restoreNanos);
      meter.charge();
      if (leaves) {
        idleNanos = NeedAttention.LOOK_NANOS;
      } else if (heard > 0) {
        idleNanos = attentiveNanos();
      } else if (idleNanos < longestIdleNanos()) {
        idleNanos = Math.min(2 * idleNanos, longestIdleNanos());
      } else {
        idleNanos = maySleep() ? ASLEEP_NANOS : longestIdleNanos();
      }
      return 0;
    }
    idleNanos = SHORTEST_IDLE_NANOS;
    if (memory.isStalled() && !yielded) {
      yielded = true;
      state.yields.increment();
      idleNanos = YIELD_NANOS;
      return 0;
    }
    yielded = false;
    if (!quota.mayWork(now)) {
      state.skippedQuota.increment();
      return 0;
    }
    pace.restored(carryOut(next), now);
    return heard + 1;
  }

  /** One slice of restores; returns how many there were. */
  private int carryOut(RegionPredictor next) {
    present = 0;
    roomless = 0;
    corrupt = 0;
    PrefetchEvent event = PrefetchEvent.beginIfEnabled();
    long start = clock.cpuNanos();
    int restored = next.carryOut(SLICE_PAGES, this::restore);
    long end = clock.cpuNanos();
    meter.charge();
    state.restored.add(restored);
    state.restoreCpuNanos.add(end - start);
    state.dedupSkips.add(present);
    state.noRoom.add(roomless);
    int looked = restored + present + roomless + corrupt;
    if (event != null && looked > 0) {
      event.commit(
          next.region.firstPage(),
          next.choice.planners(),
          looked,
          restored,
          present,
          roomless,
          next.takeLate());
    }
    return restored;
  }

  private void needed(AgedRegion region, int page, long nanoTime, boolean found) {
    of(region).needed(page, clock.ofSystem(nanoTime), (long) state.restoreNanos, found);
  }

  private int takeHints() {
    int taken = 0;
    for (PhaseNote note; (note = state.hints.poll()) != null; taken++) {
      of(note.region()).hint(note.phase(), note.nanoTime());
      if (note.phase() == Phase.ACTIVE) {
        state.activeHints.increment();
      }
    }
    return taken;
  }

  private RegionPredictor of(AgedRegion region) {
    RegionPredictor known = predictors.get(region);
    if (known == null) {
      known = new RegionPredictor(region, state.activities.of(region), config);
      predictors.put(region, known);
      inOrder = new ArrayList<>(predictors.values());
    }
    return known;
  }

  private void endEpoch(long now) {
    AgedRegion[] regions = memory.regions();
    if (predictors.size() > regions.length && predictors.keySet().retainAll(Set.of(regions))) {
      inOrder = new ArrayList<>(predictors.values());
    }
    long period = 0;
    answersNeeds = false;
    silent = true;
    for (AgedRegion region : regions) {
      RegionPredictor predictor = of(region);
      predictor.choice.pace(state.restoreNanos, pace.cores());
      predictor.epoch(now);
      period = Math.max(period, predictor.choice.periodNanos());
      answersNeeds |= predictor.choice.answersNeeds();
      silent &= predictor.choice.chosenName().equals(PredictorChoice.OFF);
    }
    state.periodNanos = period;
    if (now - reportedAt >= REPORT_NANOS) {
      reportedAt = now;
      state.predictions = figures.of(inOrder);
      state.predictor = figures.inUse();
      state.latePrefetches = figures.late();
      state.predictorBytes = figures.metadataBytes();
    }
  }

  /** Nobody waits for predictors that only watch, and waking up costs more than listening. */
  private long attentiveNanos() {
    return silent ? WATCHING_NANOS : SHORTEST_IDLE_NANOS;
  }

  private long longestIdleNanos() {
    return expectsNothing() ? SILENT_IDLE_NANOS : LONGEST_IDLE_NANOS;
  }

  /**
   * Whether only needs, hints or the end of a scan can change what is predicted, which is nothing.
   */
  private boolean expectsNothing() {
    return silent && state.periodNanos == 0;
  }

  /** Whether the bell rings if there is something to do. */
  private boolean maySleep() {
    Doorbell bell = state.prefetchBell;
    if (!expectsNothing() || !bell.isConnected()) {
      return false;
    }
    bell.fallAsleep();
    boolean missed = state.scans.get() != seenScan || !state.hints.isEmpty();
    if (missed) {
      bell.awake();
    }
    return !missed;
  }

  /** Regions take turns, a slice each. */
  private @Nullable RegionPredictor nextWithWork(long now) {
    int size = inOrder.size();
    for (int i = 0; i < size; i++) {
      turn = turn + 1 < size ? turn + 1 : 0;
      if (inOrder.get(turn).hasWork(now)) {
        return inOrder.get(turn);
      }
    }
    return null;
  }

  private PrefetchOutcome restore(AgedRegion region, int page) {
    int age = region.age(page);
    int coldness = region.coldness(page);
    PrefetchOutcome outcome = region.prefetch(page);
    switch (outcome) {
      case RESTORED -> {
        state.enqueued.increment();
        census.prefetched(age, coldness);
      }
      case NOT_EVICTED -> present++;
      case NO_ROOM -> roomless++;
      case CORRUPT -> corrupt++;
    }
    return outcome;
  }
}
