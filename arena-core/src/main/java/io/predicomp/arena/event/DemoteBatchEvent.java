package io.predicomp.arena.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** One batch of pages that went, or did not go, from memory to the pool. */
@Name("io.predicomp.DemoteBatch")
@Label("Demote Batch")
@Category("predicomp")
@Description("Pages of one region were demoted")
@StackTrace(false)
public final class DemoteBatchEvent extends Event {
  private static final DemoteBatchEvent PROTOTYPE = new DemoteBatchEvent();

  @Label("First Page")
  @Description("Arena-global number of the region's first page")
  long firstPage;

  @Label("Candidates")
  int candidates;

  @Label("Demoted")
  int demoted;

  /** A begun event, or null when nobody records. */
  public static @Nullable DemoteBatchEvent beginIfEnabled() {
    if (!PROTOTYPE.isEnabled()) {
      return null;
    }
    DemoteBatchEvent event = new DemoteBatchEvent();
    event.begin();
    return event;
  }

  public void commit(long regionFirstPage, int candidatePages, int demotedPages) {
    firstPage = regionFirstPage;
    candidates = candidatePages;
    demoted = demotedPages;
    commit();
  }
}
