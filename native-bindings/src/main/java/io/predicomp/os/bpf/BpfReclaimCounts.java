package io.predicomp.os.bpf;

import static io.predicomp.os.bpf.BpfRegister.R0;
import static io.predicomp.os.bpf.BpfRegister.R1;
import static io.predicomp.os.bpf.BpfRegister.R2;
import static io.predicomp.os.bpf.BpfRegister.R6;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.os.bpf.BpfAssembler.Size;
import io.predicomp.os.bpf.Tracepoint.Field;
import io.predicomp.os.process.ReclaimCounts;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** Reclaim, counted in the kernel where it happens, from now on. For one thread. */
public final class BpfReclaimCounts implements ReclaimCounts {
  /** Counters, in the order of {@link ReclaimCounts.Totals}. */
  private static final int COUNTERS = 7;

  private final Attached attached = new Attached();
  private final BpfMap map;
  private final MemorySegment counters;

  private BpfReclaimCounts() throws IOException {
    boolean complete = false;
    try (Tracefs tracefs = Tracefs.open()) {
      map = attached.add(BpfMap.memory(COUNTERS * Long.BYTES));
      counters = attached.add(map.map(COUNTERS * Long.BYTES)).segment();
      count(tracefs, "mm_vmscan_direct_reclaim_begin", 0);
      sum(tracefs, "mm_vmscan_direct_reclaim_end", "nr_reclaimed", 1);
      count(tracefs, "mm_vmscan_memcg_reclaim_begin", 2);
      sum(tracefs, "mm_vmscan_memcg_reclaim_end", "nr_reclaimed", 3);
      count(tracefs, "mm_vmscan_kswapd_wake", 4);
      sum(tracefs, "mm_vmscan_lru_shrink_inactive", "nr_scanned", 5);
      sum(tracefs, "mm_vmscan_lru_shrink_inactive", "nr_reclaimed", 6);
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  /**
   * {@return counts from now on}
   *
   * @throws io.predicomp.os.ErrnoException if the kernel refuses, such as EPERM without privilege
   * @throws IOException if it does not have these tracepoints
   */
  public static BpfReclaimCounts open() throws IOException {
    return new BpfReclaimCounts();
  }

  private void count(Tracefs tracefs, String name, int counter) throws IOException {
    attach(tracefs.tracepoint("vmscan/" + name), new BpfAssembler().move(R2, 1), counter);
  }

  private void sum(Tracefs tracefs, String name, String field, int counter) throws IOException {
    Tracepoint tracepoint = tracefs.tracepoint("vmscan/" + name);
    Field summed = tracepoint.field(field);
    attach(
        tracepoint,
        new BpfAssembler().move(R6, R1).load(Size.of(summed.size()), R2, R6, summed.offset()),
        counter);
  }

  /** Adds R2 to a counter. */
  private void attach(Tracepoint tracepoint, BpfAssembler code, int counter) {
    attached.attach(
        "predicomp_scan",
        code.loadMapValue(R1, map, counter * Long.BYTES)
            .atomicAdd(R1, 0, R2)
            .move(R0, 0)
            .exit()
            .instructions(),
        tracepoint);
  }

  @Override
  public String description() {
    return "eBPF programs at tracepoints of vmscan";
  }

  @Override
  public Totals totals() {
    return new Totals(at(0), at(1), at(2), at(3), at(4), at(5), at(6));
  }

  private long at(int counter) {
    return counters.getAtIndex(JAVA_LONG, counter);
  }

  @Override
  public void close() {
    attached.close();
  }
}
