package io.predicomp.arena.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** One slice of pool compaction. */
@Name("io.predicomp.PoolCompaction")
@Label("Pool Compaction")
@Category("predicomp")
@Description("Live objects of the compressed pool were moved out of sparse slabs")
@StackTrace(false)
public final class PoolCompactionEvent extends Event {
  private static final PoolCompactionEvent PROTOTYPE = new PoolCompactionEvent();

  @Label("Objects Moved")
  int moved;

  @Label("Pool")
  @DataAmount
  long poolBytes;

  @Label("Fragmented")
  @DataAmount
  long fragmentedBytes;

  /** A begun event, or null when nobody records. */
  public static @Nullable PoolCompactionEvent beginIfEnabled() {
    if (!PROTOTYPE.isEnabled()) {
      return null;
    }
    PoolCompactionEvent event = new PoolCompactionEvent();
    event.begin();
    return event;
  }

  public void commit(int objects, long pool, long fragmented) {
    moved = objects;
    poolBytes = pool;
    fragmentedBytes = fragmented;
    commit();
  }
}
