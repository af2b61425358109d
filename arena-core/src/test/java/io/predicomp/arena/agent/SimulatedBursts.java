package io.predicomp.arena.agent;

import io.predicomp.arena.LoopConfig;
import io.predicomp.arena.page.AgeObserver;
import io.predicomp.arena.page.AgedMemory;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.page.DemotionTally;
import io.predicomp.arena.page.FoundPages;
import io.predicomp.arena.page.NeedLog;
import io.predicomp.arena.page.PrefetchOutcome;
import io.predicomp.arena.policy.AgeHistogram;
import io.predicomp.arena.policy.Recurrence;
import io.predicomp.arena.policy.VictimPolicy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * 256 MiB that four workers go over in bursts, under the agents, on a fake clock: what pages cost
 * is as measured, two processors are shared by all. A burst goes on where the last one was cut off.
 */
final class SimulatedBursts implements AgedMemory, AgedRegion, AgentClock {
  static final int PAGES = 65_536;
  private static final int WORKERS = 4;
  private static final int CORES = 2;
  private static final long MILLI = 1_000_000;
  private static final int BATCH = 64;
  private static final int NEEDS = 1 << 16;
  private static final double TOUCH_NANOS = 20;
  private static final double DEMAND_NANOS = 4_000;

  /** Of the first touch of a page that was brought back ahead. */
  private static final double FOUND_NANOS = 500;

  private static final long DEMOTE_NANOS = 5_000;
  private static final long RESTORE_NANOS = 2_500;
  private static final long WAKE_NANOS = 15_000;

  /** Of a page that is out: a payload of half its size, with what the pool adds. */
  private static final double SAVED_A_PAGE = 1 - 0.5 * 1.05;

  private final FoundPages found = new FoundPages(PAGES);

  private record Need(int page, long at, boolean found) {}

  private final boolean[] away = new boolean[PAGES];
  private final boolean[] prefetched = new boolean[PAGES];
  private final boolean[] touched = new boolean[PAGES];

  /** Brought back ahead since the last scan, which makes a page young. */
  private final boolean[] young = new boolean[PAGES];

  private final int[] age = new int[PAGES];
  private final byte[] recurrence = new byte[PAGES];
  private final int[] at = new int[WORKERS];
  private final double[] debt = new double[WORKERS];
  private final ArrayDeque<Need> needs = new ArrayDeque<>();
  private final LoopState state = new LoopState();
  private final List<Agent> agents = new ArrayList<>();
  private final long[] cpu;
  private final long[] nextAt;
  private final int burstMillis;
  private final Random noise;
  private long now = MILLI;
  private int current;
  private long usedNow;
  private int bursts;
  private int out;
  private double slowness = 1;
  private double some;
  private long demandRestores;
  private long used;

  // Since the last call of forget.
  private long since;
  private double outMillis;
  private double stalledBefore;
  private double touches;
  private long agentNanos;
  private int predictorWakes;
  private long demandsBefore;
  private long usedBefore;
  private long wasted;

  /** Bursts of so many milliseconds; the noise is what pages cost more or less at times. */
  SimulatedBursts(LoopConfig.Predictor predictor, int burstMillis, long noiseSeed) {
    this.burstMillis = burstMillis;
    noise = new Random(noiseSeed);
    LoopConfig config = new LoopConfig(Duration.ofMillis(500), 10, 1, predictor, 1, 4, true);
    SharedQuota quota = new SharedQuota(config.cpuPercent(), now);
    AgeCensus census = new AgeCensus(state.activities);
    agents.add(new HotnessAgent(this, config, state, quota, census, this));
    agents.add(new CompressionAgent(this, state, quota, this));
    if (predictor != LoopConfig.Predictor.OFF) {
      agents.add(new PrefetchAgent(this, config, state, quota, census, this));
    }
    cpu = new long[agents.size()];
    nextAt = new long[agents.size()];
    state.prefetchBell.connect(() -> nextAt[nextAt.length - 1] = now);
  }

  /** A burst, and the pause after it. */
  void burst(long idleMillis) {
    // The first bursts run code that is not compiled yet.
    slowness = (0.85 + 0.3 * noise.nextDouble()) * (bursts < 2 ? 2.5 : bursts == 2 ? 1.2 : 1);
    bursts++;
    // The first one also ends late, as measured.
    int millis = bursts == 2 ? burstMillis * 5 / 4 : burstMillis;
    for (int milli = 0; milli < millis; milli++) {
      work(stepAgents());
    }
    for (long milli = 0; milli < idleMillis; milli++) {
      stepAgents();
    }
  }

  /** Lets the agents work for a millisecond; returns the CPU time that is left of it. */
  private double stepAgents() {
    now += MILLI;
    long spent = 0;
    for (current = 0; current < agents.size(); current++) {
      usedNow = 0;
      if (nextAt[current] <= now) {
        Agent agent = agents.get(current);
        use(WAKE_NANOS);
        predictorWakes += agent instanceof PrefetchAgent ? 1 : 0;
        int done = 1;
        while (done > 0 && usedNow < MILLI) {
          use(500);
          done = agent.doWork();
        }
        nextAt[current] = done > 0 ? now : now + agent.idleNanos();
      }
      spent += usedNow;
    }
    usedNow = 0;
    agentNanos += spent;
    outMillis += out;
    return Math.max(0, CORES * MILLI - spent);
  }

  private void work(double cpuNanos) {
    double waited = 0;
    for (int worker = 0; worker < WORKERS; worker++) {
      int first = worker * (PAGES / WORKERS);
      double left = cpuNanos / WORKERS - debt[worker];
      while (left > 0) {
        int page = first + at[worker];
        at[worker] = (at[worker] + 1) % (PAGES / WORKERS);
        if (away[page]) {
          double cost = DEMAND_NANOS * slowness;
          left -= cost;
          waited += cost;
          demanded(page);
        } else {
          left -= TOUCH_NANOS;
          touched[page] = true;
          if (prefetched[page]) {
            left -= FOUND_NANOS;
            prefetched[page] = false;
            used++;
            if (found.tells(page)) {
              needed(page, true);
            }
          }
        }
        touches++;
      }
      debt[worker] = -left;
    }
    double share = Math.min(1, waited / (CORES * MILLI));
    some += MILLI * (1 - Math.pow(1 - share, CORES));
  }

  private void demanded(int page) {
    away[page] = false;
    touched[page] = true;
    out--;
    demandRestores++;
    needed(page, false);
  }

  private void needed(int page, boolean found) {
    if (needs.size() == NEEDS) {
      needs.removeFirst();
    }
    needs.addLast(new Need(page, now, found));
  }

  private void use(long nanos) {
    cpu[current] += nanos;
    usedNow += nanos;
  }

  /** Forgets what was counted: the figures are of what comes from now on. */
  void forget() {
    since = now;
    outMillis = 0;
    stalledBefore = some;
    touches = 0;
    agentNanos = 0;
    predictorWakes = 0;
    demandsBefore = demandRestores;
    usedBefore = used;
    wasted = 0;
  }

  double seconds() {
    return (now - since) / 1e9;
  }

  /** Share of the region's memory, without what tables take. */
  double saved() {
    return outMillis / ((now - since) / (double) MILLI) / PAGES * SAVED_A_PAGE;
  }

  double stalled() {
    return (some - stalledBefore) / (now - since);
  }

  double touchesPerSecond() {
    return touches / seconds();
  }

  /** Of one core. */
  double agentShare() {
    return (double) agentNanos / (now - since);
  }

  int predictorWakes() {
    return predictorWakes;
  }

  long demands() {
    return demandRestores - demandsBefore;
  }

  long found() {
    return used - usedBefore;
  }

  long wasted() {
    return wasted;
  }

  double outNow() {
    return (double) out / PAGES;
  }

  double allowance() {
    return state.allowance;
  }

  double coldShare() {
    return state.coldShare;
  }

  String verdict() {
    return state.verdict;
  }

  String predictor() {
    return state.predictor;
  }

  @Override
  public AgedRegion[] regions() {
    return new AgedRegion[] {this};
  }

  @Override
  public int drainNeeds(NeedLog.Reader reader, int most) {
    int shown = Math.min(needs.size(), most);
    for (int i = 0; i < shown; i++) {
      Need need = needs.removeFirst();
      reader.needed(this, need.page, need.at, need.found);
    }
    use(shown * 100L);
    return shown;
  }

  @Override
  public int waitingNeeds() {
    return needs.size();
  }

  @Override
  public boolean needsCrowd() {
    return needs.size() > NEEDS / 4 * 3;
  }

  @Override
  public long lostNeeds() {
    return 0;
  }

  @Override
  public long demandRestores() {
    return demandRestores;
  }

  @Override
  public long prefetchesUsed() {
    return used;
  }

  @Override
  public long stalledNanos() {
    return (long) some;
  }

  @Override
  public boolean isStalled() {
    return false;
  }

  @Override
  public void tidy() {}

  @Override
  public long base() {
    return 1 << 20;
  }

  @Override
  public int pageCount() {
    return PAGES;
  }

  @Override
  public int pageBytes() {
    return 4096;
  }

  @Override
  public long firstPage() {
    return 1;
  }

  @Override
  public int age(int page) {
    return age[page];
  }

  @Override
  public int coldness(int page) {
    return Recurrence.coldness(recurrence[page], age[page]);
  }

  @Override
  public FoundPages foundPages() {
    return found;
  }

  @Override
  public boolean isAway(int page) {
    return away[page];
  }

  @Override
  public void harvest(int page, int count, int epochs, AgeObserver observer) {
    use(count * 2L);
    for (int p = page; p < page + count; p++) {
      if (touched[p]) {
        int coldness = coldness(p);
        observer.touched(this, p, age[p], coldness);
        recurrence[p] = Recurrence.touched(recurrence[p], age[p]);
        age[p] = 0;
        touched[p] = false;
        young[p] = false;
      } else if (young[p]) {
        age[p] = 0;
        young[p] = false;
        observer.untouched(0, 0, 1, true);
      } else {
        age[p] = Math.min(age[p] + epochs, AgeHistogram.OLDEST);
        observer.untouched(age[p], coldness(p), 1, !away[p]);
      }
    }
  }

  @Override
  public int demoteCold(int page, int end, VictimPolicy victims, DemotionTally tally) {
    int demoted = 0;
    int p = page;
    for (; p < end && demoted < BATCH; p++) {
      if (!away[p] && !touched[p] && victims.takes(p, age[p], recurrence[p])) {
        away[p] = true;
        wasted += prefetched[p] ? 1 : 0;
        prefetched[p] = false;
        demoted++;
      }
    }
    out += demoted;
    use(demoted * DEMOTE_NANOS);
    tally.set(demoted, demoted);
    return p;
  }

  @Override
  public PrefetchOutcome prefetch(int page) {
    if (!away[page]) {
      return PrefetchOutcome.NOT_EVICTED;
    }
    away[page] = false;
    prefetched[page] = true;
    young[page] = true;
    out--;
    use(RESTORE_NANOS);
    return PrefetchOutcome.RESTORED;
  }

  @Override
  public long nanoTime() {
    return now + usedNow;
  }

  @Override
  public long ofSystem(long systemNanos) {
    return systemNanos;
  }

  @Override
  public long cpuNanos() {
    return cpu[current];
  }
}
