package io.predicomp.arena.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** Work done to stay within the resident budget. */
@Name("io.predicomp.BudgetAction")
@Label("Budget Action")
@Category("predicomp")
@Description("Pages were demoted, or could not be, because the resident budget was full")
@StackTrace(false)
public final class BudgetActionEvent extends Event {
  private static final BudgetActionEvent PROTOTYPE = new BudgetActionEvent();

  @Label("Cause")
  @Description("Who needed room: access, restore, prefetch, pin, allocation or background")
  String cause = "";

  @Label("Demoted")
  @Description("Pages")
  int demoted;

  @Label("Held Bytes")
  @Description("Resident pages and pool, afterwards")
  @DataAmount
  long heldBytes;

  @Label("Budget Bytes")
  @DataAmount
  long budgetBytes;

  @Label("Room Found")
  boolean roomFound;

  /** A begun event, or null when nobody records. */
  public static @Nullable BudgetActionEvent beginIfEnabled() {
    if (!PROTOTYPE.isEnabled()) {
      return null;
    }
    BudgetActionEvent event = new BudgetActionEvent();
    event.begin();
    return event;
  }

  public void commit(String why, int demotedPages, long held, long budget, boolean found) {
    cause = why;
    demoted = demotedPages;
    heldBytes = held;
    budgetBytes = budget;
    roomFound = found;
    commit();
  }
}
