package io.predicomp.arena.page;

import io.predicomp.arena.policy.VictimAge;
import org.jspecify.annotations.Nullable;

/**
 * Whom to demote when the budget is full: a hand goes round all pages and gives those that were in
 * use since it, or a hotness scan, passed last a second chance; of the others it takes the oldest
 * ({@link VictimAge}). It needs no background loop, and uses the ages that one finds. The copies of
 * pages in use go on the way: they are the cheapest bytes, while a page not in use that has one is
 * demoted for nothing.
 *
 * <p>Where there is transparent memory as well, which chooses for itself, whoever holds more gives
 * first.
 *
 * <p>Used by the holder of the demotion lock.
 */
final class BudgetSweep implements PageBatch.Chooser {
  /**
   * Laps without a victim after which there is none: two for the second chance, one for the age.
   */
  private static final int LAPS = 3;

  /**
   * Candidates that came to nothing after which a search ends: some milliseconds of compressing.
   */
  private static final int MOST_TRIES = 1024;

  /** Pages looked at for the sake of a prefetch. */
  private static final int GLANCE = 1 << 12;

  private final PageMover mover;
  private final DemotionBatch batch;
  private final VictimAge ages = new VictimAge();
  private final OlderThan older = new OlderThan();

  /** The global number of the next page to look at. */
  private long hand;

  private long glanceHand;

  /** Pages that are not to be demoted. */
  private @Nullable PageTable spared;

  private int sparedFrom;
  private int sparedEnd;

  /** Candidates of the last search. */
  private int tried;

  BudgetSweep(PageMover mover, DemotionBatch batch) {
    this.mover = mover;
    this.batch = batch;
  }

  /** Demotes one batch of at most so many pages; 0 if none can be. */
  int demote(int most) {
    PoolTenant tenant = mover.tenant();
    boolean theirs = tenant != null && mover.ledger.faultsHoldMore();
    int demoted = theirs ? tenant.demoteForBudget() : search(most);
    if (demoted > 0 || tenant == null) {
      return demoted;
    }
    return theirs ? search(most) : tenant.demoteForBudget();
  }

  /** As {@link #demote}, but none of these pages. */
  int demoteOthers(PageTable table, int from, int end, int most) {
    spared = table;
    sparedFrom = from;
    sparedEnd = end;
    try {
      int demoted = search(most);
      PoolTenant tenant = mover.tenant();
      return demoted > 0 || tenant == null ? demoted : tenant.demoteForBudget();
    } finally {
      spared = null;
    }
  }

  /** Whether the last search had no candidate, or the pool none that it could store. */
  boolean foundNone() {
    return tried == 0 || !mover.pressure.admits();
  }

  private int search(int most) {
    PageTable[] tables = mover.regions.all();
    long lap = 0;
    for (PageTable table : tables) {
      lap += table.pageCount;
    }
    int demoted = 0;
    tried = 0;
    long looked = 0;
    int enough = mover.ledger.growthPages(most);
    while (demoted == 0
        && looked < LAPS * lap
        && tried < MOST_TRIES
        && (tried == 0 || mover.pressure.admits())) {
      PageTable table = atHand(tables, hand);
      int from = pageAtHand(table, hand);
      int next = batch.collectChosen(table, from, table.pageCount, enough, this);
      tried += batch.size();
      demoted = batch.demoteWithoutDisplacing();
      looked += next - from;
      hand = table.firstPage + next;
      if (next == table.pageCount && table == tables[tables.length - 1]) {
        hand = 0;
        ages.endLap();
      }
      if (demoted == 0 && looked >= lap) {
        ages.relax();
      }
    }
    return demoted;
  }

  /** The region at or behind a page, going round: regions come and go. */
  private static PageTable atHand(PageTable[] tables, long page) {
    for (PageTable table : tables) {
      if (page < table.firstPage + table.pageCount) {
        return table;
      }
    }
    return tables[0];
  }

  /** The page of such a region where the hand goes on: its first, if the hand is elsewhere. */
  private static int pageAtHand(PageTable table, long page) {
    long inRegion = page - table.firstPage;
    return inRegion < 0 || inRegion >= table.pageCount ? 0 : (int) inRegion;
  }

  @Override
  public boolean chooses(PageTable table, int page, byte state) {
    if (table == spared && page >= sparedFrom && page < sparedEnd) {
      return false;
    }
    if (PageState.isRecent(state)) {
      mover.copies.dropClean(table, page);
      byte marked = table.state(page);
      if (PageState.isRecent(marked)) {
        mover.ledger.give(TouchHarvest.rejuvenate(table, page, marked, AgeObserver.NONE));
      }
      return false;
    }
    int age = table.age(page);
    ages.saw(age);
    return ages.qualifies(age);
  }

  /**
   * Demotes some pages that have not been accessed for longer than so many epochs, if some are
   * found at a glance.
   */
  int demoteOlderThan(int age) {
    PageTable[] tables = mover.regions.all();
    if (tables.length == 0) {
      return 0;
    }
    older.age = age;
    PageTable table = atHand(tables, glanceHand);
    int from = pageAtHand(table, glanceHand);
    int end = (int) Math.min(table.pageCount, (long) from + GLANCE);
    int next = batch.collectChosen(table, from, end, PageBatch.CAPACITY, older);
    glanceHand = table.firstPage + next;
    if (next == table.pageCount && table == tables[tables.length - 1]) {
      glanceHand = 0;
    }
    return batch.demoteWithoutDisplacing();
  }

  private static final class OlderThan implements PageBatch.Chooser {
    private int age;

    @Override
    public boolean chooses(PageTable table, int page, byte state) {
      return !PageState.isRecent(state) && table.age(page) > age;
    }
  }
}
