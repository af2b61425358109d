package io.predicomp.arena.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** One slice of restores that a prediction asked for. */
@Name("io.predicomp.Prefetch")
@Label("Prefetch")
@Category("predicomp")
@Description("Pages of one region were brought back before they were needed")
@StackTrace(false)
public final class PrefetchEvent extends Event {
  private static final PrefetchEvent PROTOTYPE = new PrefetchEvent();

  @Label("First Page")
  @Description("Arena-global number of the region's first page")
  long firstPage;

  @Label("Predictor")
  @Description("Whose plan it was; phase+period if it was of both")
  String predictor = "";

  @Label("Planned")
  @Description("Pages of the plan that were looked at")
  int planned;

  @Label("Restored")
  @Description("Pages brought back")
  int restored;

  @Label("In Memory")
  @Description("Pages that were in memory already")
  int inMemory;

  @Label("Without Room")
  @Description("Pages that the resident budget had no room for; the rest of the plan is given up")
  int withoutRoom;

  @Label("Late")
  @Description("Pages predicted, and needed before they were restored, since the event before")
  long late;

  /** A begun event, or null when nobody records. */
  public static @Nullable PrefetchEvent beginIfEnabled() {
    if (!PROTOTYPE.isEnabled()) {
      return null;
    }
    PrefetchEvent event = new PrefetchEvent();
    event.begin();
    return event;
  }

  public void commit(
      long regionFirstPage,
      String predictorName,
      int plannedPages,
      int restoredPages,
      int pagesInMemory,
      int pagesWithoutRoom,
      long latePages) {
    firstPage = regionFirstPage;
    predictor = predictorName;
    planned = plannedPages;
    restored = restoredPages;
    inMemory = pagesInMemory;
    withoutRoom = pagesWithoutRoom;
    late = latePages;
    commit();
  }
}
