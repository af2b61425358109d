package io.predicomp.arena.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** An access that had to wait for its page for longer than the threshold. */
@Name("io.predicomp.DemandRestore")
@Label("Demand Restore")
@Category("predicomp")
@Description("An access waited for its page to be restored")
@Threshold("20 us")
@StackTrace(true)
public final class DemandRestoreEvent extends Event {
  private static final DemandRestoreEvent PROTOTYPE = new DemandRestoreEvent();

  @Label("Page")
  @Description("Arena-global number of the first page of the access")
  long page;

  /** A begun event, or null when nobody records, so that an access allocates nothing. */
  public static @Nullable DemandRestoreEvent beginIfEnabled() {
    if (!PROTOTYPE.isEnabled()) {
      return null;
    }
    DemandRestoreEvent event = new DemandRestoreEvent();
    event.begin();
    return event;
  }

  public void commit(long globalPage) {
    end();
    if (shouldCommit()) {
      page = globalPage;
      commit();
    }
  }
}
