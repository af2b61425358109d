package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProbationBudgetTest {
  private static final long SECOND = 1_000_000_000;

  /** Pages a second, if all that are sent come back within the second. */
  private static double rate(ProbationBudget budget, long stallNanos, long cpuNanos) {
    long sent = 0;
    for (int second = 0; second < 60; second++) {
      long pages = budget.allowed(0);
      budget.sent(pages, pages * cpuNanos);
      budget.passed(SECOND, pages, pages * stallNanos);
      budget.cameBack(pages);
      sent += second < 20 ? 0 : pages;
    }
    return sent / 40.0;
  }

  @Test
  void whatComesBackTakesAThirdOfTheStallTarget() {
    assertEquals(1.0 / 300 / 10e-6, rate(new ProbationBudget(0.01, 0.5), 10_000, 5_000), 20);
    assertEquals(0.02 / 3 / 10e-6, rate(new ProbationBudget(0.02, 0.5), 10_000, 5_000), 40);
  }

  @Test
  void orAThirdOfTheCpuQuotaIfThatIsLess() {
    assertEquals(0.05 / 3 / 100e-6, rate(new ProbationBudget(0.5, 0.05), 10_000, 100_000), 10);
  }

  @Test
  void whatStaysAwayCostsNothingAndMoreMayBeSent() {
    ProbationBudget budget = new ProbationBudget(0.01, 0.05);
    long before = budget.allowed(0);
    budget.stayedAway(before);
    assertTrue(budget.allowed(0) > 7 * before);
    assertEquals(0, budget.allowed(1_000_000), "not all at once");
  }

  @Test
  void oneLongWaitDoesNotEndIt() {
    ProbationBudget budget = new ProbationBudget(0.01, 0.05);
    budget.passed(SECOND, 16, 100 * SECOND);
    budget.cameBack(16);
    budget.passed(10 * SECOND, 0, 0);
    assertTrue(budget.allowed(0) > 16);
  }

  @Test
  void aDebtIsPaidWithinTenSeconds() {
    ProbationBudget budget = new ProbationBudget(0.01, 0.05);
    budget.cameBack(1_000_000);
    assertEquals(0, budget.allowed(0));
    budget.passed(10 * SECOND, 0, 0);
    assertEquals(0, budget.allowed(0));
    budget.passed(SECOND / 10, 0, 0);
    assertTrue(budget.allowed(0) > 0);
  }
}
