package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.AllocatedBytes;
import io.predicomp.arena.Phase;
import org.junit.jupiter.api.Test;

/** The policies allocate nothing once they are built: they run in agents, all the time. */
class PolicyAllocationTest {
  private static final int PAGES = 4_096;
  private static final int STEPS = 20_000;

  private long now;

  /** What is decided goes here, so that nothing is computed in vain and left out. */
  private double sink;

  private Object kept = new Object();

  private static long fewestBytes(Runnable step) {
    return AllocatedBytes.fewest(STEPS, step, AllocatedBytes.PATIENCE_NANOS);
  }

  @Test
  void theMeterSeesWhatIsAllocated() {
    assertTrue(
        AllocatedBytes.fewest(STEPS, () -> kept = new int[10], 0) > STEPS * 40L,
        kept + " cost nothing");
  }

  @Test
  void predictorsAllocateNothing() {
    PredictorChoice choice = PredictorChoice.ofAll("auto", PAGES, 4_096, 1, 4, p -> true);
    PrefetchPlan plan = new PrefetchPlan(PrefetchPlan.DEFAULT_CAPACITY);
    int[] step = new int[1];
    Runnable one =
        () -> {
          now += 1_000_000;
          int i = step[0]++;
          // An order that repeats, is no stride, and sleeps half of the time.
          int page = (int) ((i % 1_000L) * 2_654_435_761L % PAGES);
          if (i % 1_000 < 500) {
            choice.needed(page, now, 4_000, false);
          }
          if (i % 50 == 0) {
            int touched = i % 1_000 < 500 ? 50 : 0;
            choice.epoch(touched, touched, now);
          }
          if (i % 5_000 == 0) {
            choice.hint(Phase.ACTIVE, now);
          }
          plan.clear();
          choice.plan(plan, now, p -> true);
          sink += plan.pages();
        };
    assertEquals(0, fewestBytes(one), () -> "bytes allocated, decided " + sink);
    for (int i = 0; i < choice.predictors().size(); i++) {
      String name = choice.predictors().get(i).name();
      assertTrue(name.equals("stride") || choice.score(i).settled() > 0, name + " never spoke");
    }
  }

  @Test
  void decisionsAllocateNothing() {
    AgeHistogram ages = new AgeHistogram();
    PageCosts costs = new PageCosts();
    ColdThreshold threshold = new ColdThreshold(500, 50_000_000, false);
    ColdThreshold conservative = new ColdThreshold(500, 50_000_000, true);
    StallController stalls = new StallController(StallController.DEFAULT_PERCENT);
    CpuQuota quota = new CpuQuota(CpuQuota.DEFAULT_PERCENT, 0);
    AdmissionPolicy admission = new AdmissionPolicy(5, 90, 50);
    VictimPolicy victims = new VictimPolicy(5, 0.5);
    int[] step = new int[1];
    Runnable one =
        () -> {
          int i = step[0]++;
          now += 50_000_000;
          int age = i % 300;
          ages.add(age, 10);
          ages.touchedAgain(age, 1);
          ages.endEpoch(50_000_000);
          costs.demoted(1, 9_000 + i % 2_000);
          costs.restored(1, 2_000 + i % 900);
          costs.stalled(1, 4_000);
          threshold.update(ages, costs, 0.05, 0.01, 0.5);
          conservative.update(ages, costs, 0.05, 0.01, 0.5);
          stalls.update(i % 1_000_000, 50_000_000);
          quota.charge(1_000, now);
          sink += quota.allowanceNanos(now) + quota.waitNanos(1_000_000, now);
          int coldAge = threshold.age();
          sink += Temperature.of(age, coldAge) == Temperature.COLD ? 1 : 0;
          sink += victims.takes(i, age) ? 1 : 0;
          sink += admission.mostPayloadBytes(4_096) + (threshold.verdict().demotes() ? 1 : 0);
        };
    assertEquals(0, fewestBytes(one), () -> "bytes allocated, decided " + sink);
    assertTrue(threshold.verdict() != Verdict.LEARNING);
  }
}
