package io.predicomp.arena.policy;

import io.predicomp.arena.Phase;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Runs several predictors on one region, scores them all, and carries out the best.
 *
 * <pre>
 *   needs, epochs, hints ──► stride ────► shadow score
 *                        ├─► phase ─────► shadow score   the best above 50 % accuracy
 *                        ├─► period ────► shadow score ─────────► plan
 *                        └─► successor ─► shadow score
 * </pre>
 *
 * A predictor needs {@value #EVIDENCE} settled predictions before it is used, so a good one watches
 * first, and must be right half of the time. Those that speak only with good reason are believed at
 * once, and as long as they are right: the phase hint, for the application itself has spoken, and
 * the period. Another takes over only if it spares a tenth more.
 *
 * <p>Not thread-safe.
 */
public final class PredictorChoice {
  /** Picks the best by score. */
  public static final String AUTO = "auto";

  /** Predicts nothing. */
  public static final String OFF = "off";

  static final double LEAST_ACCURACY = 0.5;

  /** What spares less is luck: in a small busy region any page is needed before long. */
  static final double LEAST_COVERAGE = 0.05;

  static final int EVIDENCE = 64;

  private static final double WORTH_CHANGING = 1.1;
  private static final int SWEEP_SLOTS = 4_096;

  private final List<PrefetchPolicy> predictors;
  private final PredictorScore[] scores;
  private final int[] generations;
  private final PrefetchPlan shadow = new PrefetchPlan(PrefetchPlan.DEFAULT_CAPACITY);
  private final int forced;
  private final boolean auto;
  private int chosen = -1;
  private final @Nullable PeriodDetector period;
  private long late;

  /** Who spoke in the latest plan: a bit each. */
  private int planners;

  /**
   * @param name {@code auto}, {@code off}, or the name of the only predictor to use, whatever its
   *     score
   * @throws IllegalArgumentException if no predictor has that name
   */
  public PredictorChoice(String name, List<PrefetchPolicy> predictors, int pages) {
    this.predictors = List.copyOf(predictors);
    scores = new PredictorScore[predictors.size()];
    generations = new int[scores.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = new PredictorScore(pages);
    }
    auto = name.equals(AUTO);
    forced = auto || name.equals(OFF) ? -1 : indexOf(name);
    chosen = forced;
    PeriodDetector detector = null;
    for (PrefetchPolicy predictor : this.predictors) {
      if (predictor instanceof PeriodDetector found) {
        detector = found;
      }
    }
    period = detector;
  }

  /**
   * All predictors there are, for one region.
   *
   * @param name {@code auto}, {@code off}, {@code stride}, {@code phase}, {@code period} or {@code
   *     successor}
   * @param pages of the region
   * @param pageBytes size of a page
   * @param distance see {@link NextKStride}
   * @param batch see {@link NextKStride}
   * @param isAway whether a page is not in memory
   * @throws IllegalArgumentException if no predictor has that name, or a number is out of range
   */
  public static PredictorChoice ofAll(
      String name, int pages, int pageBytes, int distance, int batch, IntPredicate isAway) {
    return new PredictorChoice(
        name,
        List.of(
            new NextKStride(pages, distance, batch),
            new PhaseHint(pages),
            new PeriodDetector(pages, isAway),
            new SuccessorTable(pages, pageBytes)),
        pages);
  }

  private int indexOf(String name) {
    for (int i = 0; i < predictors.size(); i++) {
      if (predictors.get(i).name().equals(name)) {
        return i;
      }
    }
    String names = String.join(", ", predictors.stream().map(PrefetchPolicy::name).toList());
    throw new IllegalArgumentException(
        "predictor is " + name + ", allowed are " + AUTO + ", " + names + ", " + OFF);
  }

  /**
   * Passes on that a page was needed; see {@link PredictorScore#needed} for the restore time.
   *
   * @param found whether it had been restored ahead
   */
  public void needed(int page, long nowNanos, long restoreNanos, boolean found) {
    for (int i = 0; i < scores.length; i++) {
      if (!found && isUsed(i) && scores[i].predicts(page)) {
        late += scores[i].stretch();
      }
      scores[i].needed(page, nowNanos, restoreNanos);
      predictors.get(i).needed(page, nowNanos);
    }
  }

  /** Passes on the end of a scan epoch, and chooses anew. */
  public void epoch(int touchedPages, int neededPages, long nowNanos) {
    for (int i = 0; i < scores.length; i++) {
      PrefetchPolicy predictor = predictors.get(i);
      predictor.epoch(touchedPages, neededPages, nowNanos);
      if (predictor.generation() != generations[i]) {
        generations[i] = predictor.generation();
        scores[i].forget();
      }
      scores[i].expire(nowNanos, SWEEP_SLOTS);
    }
    if (auto) {
      choose();
    }
  }

  /** Passes on which pages were touched in the epoch that ended; see {@link PrefetchPolicy}. */
  public void touched(long[] bits) {
    for (int i = 0; i < scores.length; i++) {
      predictors.get(i).touched(bits);
    }
  }

  /** A page was brought back ahead. */
  public void fetched(int page) {
    if (period != null) {
      period.fetched(page);
    }
  }

  /** Says how fast pages can be restored; see {@link PeriodDetector#pace}. */
  public void pace(double restoreNanosPerPage, double allowedCpuShare) {
    if (period != null) {
      period.pace(restoreNanosPerPage, allowedCpuShare);
    }
  }

  /** The period that the region wakes with, in nanoseconds; 0 while none is known. */
  public long periodNanos() {
    return period == null ? 0 : period.periodNanos();
  }

  /** How long a wake of the region may go on, in nanoseconds; see {@link PeriodDetector}. */
  public long phaseNanos() {
    return period == null ? 0 : period.phaseNanos();
  }

  /** Whether it is time to {@link #plan} although nothing new was heard. */
  public boolean isDue(long nowNanos) {
    return period != null && period.isDue(nowNanos);
  }

  /**
   * Pages that were restored on demand although a predictor in use had named them; about, where
   * scores watch only some of the pages.
   */
  public long late() {
    return late;
  }

  /** Heap bytes of predictors and scores. */
  public long metadataBytes() {
    long bytes = 0;
    for (int i = 0; i < scores.length; i++) {
      bytes += predictors.get(i).metadataBytes() + scores[i].metadataBytes();
    }
    return bytes;
  }

  /** Passes on a hint. */
  public void hint(Phase phase, long nowNanos) {
    for (int i = 0; i < scores.length; i++) {
      predictors.get(i).hint(phase, nowNanos);
    }
  }

  /**
   * Fills the plan from the predictor chosen; the others predict into their scores only.
   *
   * @param isAway whether a page is not in memory
   */
  public void plan(PrefetchPlan plan, long nowNanos, IntPredicate isAway) {
    planners = 0;
    for (int i = 0; i < scores.length; i++) {
      shadow.clear();
      predictors.get(i).plan(shadow, nowNanos);
      scores[i].planned(shadow, nowNanos, isAway);
      if (isUsed(i) && shadow.size() > 0) {
        planners |= 1 << i;
        for (int range = 0; range < shadow.size(); range++) {
          plan.add(shadow.from(range), shadow.end(range), shadow.deadlineNanos(range));
        }
      }
    }
  }

  private boolean isUsed(int i) {
    return i == chosen
        || (auto
            && predictors.get(i).speaksOnlyWhenSure()
            && (scores[i].settled() < EVIDENCE || scores[i].accuracy() >= LEAST_ACCURACY));
  }

  private void choose() {
    int best = -1;
    double most = 0;
    for (int i = 0; i < scores.length; i++) {
      PredictorScore score = scores[i];
      if (score.settled() >= EVIDENCE
          && score.accuracy() >= LEAST_ACCURACY
          && score.coverage() >= LEAST_COVERAGE) {
        double value = score.value() * (i == chosen ? WORTH_CHANGING : 1);
        if (value > most) {
          most = value;
          best = i;
        }
      }
    }
    chosen = best;
  }

  /** The names of those whose predictions are in the latest plan, {@code phase+period} if two. */
  public String planners() {
    StringJoiner names = new StringJoiner("+");
    for (int i = 0; i < scores.length; i++) {
      if ((planners >>> i & 1) != 0) {
        names.add(predictors.get(i).name());
      }
    }
    return names.toString();
  }

  /** Whether all of the latest plan is from predictors that do not go by single needs. */
  public boolean plansAhead() {
    for (int i = 0; i < scores.length; i++) {
      if ((planners >>> i & 1) != 0 && !predictors.get(i).speaksOnlyWhenSure()) {
        return false;
      }
    }
    return planners != 0;
  }

  /** Whether the predictor in use goes by single needs, so that each may change its plan. */
  public boolean answersNeeds() {
    return chosen >= 0 && !predictors.get(chosen).speaksOnlyWhenSure();
  }

  /** The name of the predictor in use; {@code off} if there is none. */
  public String chosenName() {
    return chosen < 0 ? OFF : predictors.get(chosen).name();
  }

  /** The predictors, in the order of their scores. */
  public List<PrefetchPolicy> predictors() {
    return predictors;
  }

  /** The score of one of {@link #predictors}. */
  public PredictorScore score(int predictor) {
    return scores[predictor];
  }
}
