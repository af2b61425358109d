package io.predicomp.workloads.cli;

import io.predicomp.os.bpf.BpfReclaimCounts;
import io.predicomp.os.process.ReclaimCounts;
import io.predicomp.os.process.ReclaimCounts.Totals;
import io.predicomp.os.process.VmstatReclaimCounts;
import io.predicomp.workloads.run.Deadline;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "reclaim",
    description = "Counts what the kernel does to get pages back, and shows it again and again.")
final class ProbeReclaimCommand implements Callable<Integer> {
  private final Interruption interruption;

  @Mixin final ProbeOptions options = new ProbeOptions();

  @Mixin final ProbeInterval interval = new ProbeInterval();

  ProbeReclaimCommand(Interruption interruption) {
    this.interruption = interruption;
  }

  @Override
  public Integer call() {
    try (ReclaimCounts counts =
        ProbeOptions.open(BpfReclaimCounts::open, VmstatReclaimCounts::new)) {
      System.err.println("reclaim: " + counts.description());
      Totals first = counts.totals();
      Totals before = first;
      Deadline deadline = options.deadline(interruption);
      while (!deadline.isOver()) {
        interval.await(deadline);
        Totals now = counts.totals();
        show("reclaim", now.minus(before));
        before = now;
      }
      show("totals", before.minus(first));
    }
    return 0;
  }

  private void show(String event, Totals totals) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("event", event);
    values.put("direct_reclaims", totals.directReclaims());
    values.put("direct_pages", totals.directPages());
    values.put("cgroup_reclaims", totals.cgroupReclaims());
    values.put("cgroup_pages", totals.cgroupPages());
    values.put("background_wakes", totals.backgroundWakes());
    values.put("scanned_pages", totals.scannedPages());
    values.put("reclaimed_pages", totals.reclaimedPages());
    options.print(
        "%-7s direct %d (%d pages), cgroup %d (%d pages), background %d, scanned %d, reclaimed %d pages"
            .formatted(
                event,
                totals.directReclaims(),
                totals.directPages(),
                totals.cgroupReclaims(),
                totals.cgroupPages(),
                totals.backgroundWakes(),
                totals.scannedPages(),
                totals.reclaimedPages()),
        values);
  }
}
