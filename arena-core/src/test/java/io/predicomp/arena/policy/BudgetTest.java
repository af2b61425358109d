package io.predicomp.arena.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTest {
  private static final long MEBIBYTE = 1 << 20;

  @Test
  void withoutABudgetEverythingIsAdmittedAndNothingDemoted() {
    assertFalse(Budget.NONE.isLimited());
    assertEquals(Long.MAX_VALUE, Budget.NONE.admissionBytes());
    assertFalse(Budget.NONE.wantsDemotion(Long.MAX_VALUE - 1, true));
    assertTrue(Budget.NONE.keepsCleanCopies(Long.MAX_VALUE / 2));
    assertFalse(Budget.NONE.isTooMuchToPin(Long.MAX_VALUE - 1));
    assertEquals(64, Budget.NONE.batchPages(64));
    assertEquals(4096, Budget.NONE.pieceBytes(4096));
    assertEquals(Long.MAX_VALUE, Budget.NONE.poolGrowthBytes(0));
  }

  @Property
  void theMarksAreInOrder(@ForAll @LongRange(min = 1 << 20, max = 1L << 44) long limit) {
    Budget budget = new Budget(limit, 4096);
    assertTrue(0 < budget.lowBytes());
    assertTrue(budget.lowBytes() < budget.highBytes());
    assertTrue(budget.highBytes() < budget.admissionBytes());
    assertTrue(budget.admissionBytes() < limit);
  }

  /** Whoever enters pages up to the admission mark while the pool grows stays within the limit. */
  @Property
  void whatThePoolMayGrowFitsBesideWhatIsAdmitted(
      @ForAll @LongRange(min = 1 << 20, max = 1L << 34) long limit,
      @ForAll @LongRange(min = 0, max = 1L << 34) long held) {
    Budget budget = new Budget(limit, 4096);
    long growth = budget.poolGrowthBytes(held);
    assertTrue(growth >= 8 * 4096, () -> "grows by " + growth);
    if (held <= limit - 8 * 4096) {
      assertTrue(held + growth <= limit);
    }
    assertTrue(budget.admissionBytes() + growth <= limit);
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 16_384, 65_536})
  void aBatchFitsIntoTheReserveOfTheSmallestBudget(int pageBytes) {
    Budget budget = new Budget(Budget.least(pageBytes), pageBytes);
    int pages = budget.batchPages(64);
    assertTrue(pages >= 4, () -> pages + " pages");
    assertTrue((long) pages * pageBytes <= budget.reserveBytes());
    assertTrue(budget.pieceBytes(4 << 20) >= pageBytes);
  }

  @Test
  void backgroundDemotionGoesFromTheHighToTheLowMark() {
    Budget budget = new Budget(100 * MEBIBYTE, 4096);
    long between = (budget.lowBytes() + budget.highBytes()) / 2;
    assertFalse(budget.wantsDemotion(between, false));
    assertTrue(budget.wantsDemotion(between, true));
    assertTrue(budget.wantsDemotion(budget.highBytes() + 1, false));
    assertFalse(budget.wantsDemotion(budget.lowBytes(), true));
  }

  @Test
  void copiesAreKeptOnlyBelowTheHighMark() {
    Budget budget = new Budget(100 * MEBIBYTE, 4096);
    assertTrue(budget.keepsCleanCopies(budget.highBytes()));
    assertFalse(budget.keepsCleanCopies(budget.highBytes() + 1));
  }

  @Test
  void aPoolOfThreeQuartersIsToBeDenser() {
    Budget budget = new Budget(100 * MEBIBYTE, 4096);
    assertFalse(budget.wantsDenser(budget.admissionBytes() * 3 / 4));
    assertTrue(budget.wantsDenser(budget.admissionBytes() * 3 / 4 + 1));
    assertFalse(Budget.NONE.wantsDenser(Long.MAX_VALUE / 2));
  }

  @Test
  void moreThanIsAdmittedCannotBePinned() {
    Budget budget = new Budget(MEBIBYTE, 4096);
    assertFalse(budget.isTooMuchToPin(budget.admissionBytes()));
    assertTrue(budget.isTooMuchToPin(budget.admissionBytes() + 1));
  }
}
