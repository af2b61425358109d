package io.predicomp.workloads.cli;

import io.predicomp.os.bpf.BpfFaultCounts;
import io.predicomp.os.process.FaultCounts;
import io.predicomp.os.process.ProcFaultCounts;
import io.predicomp.os.process.ProcFiles;
import io.predicomp.workloads.run.Deadline;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "page-fault",
    description =
        "Counts the page faults of every process, and shows those with the most, again and again.")
final class ProbePageFaultCommand implements Callable<Integer> {
  /** {@code --top}. */
  static final class Top extends RangeConverter {
    Top() {
      super(1, 1000);
    }
  }

  private final Interruption interruption;

  @Mixin final ProbeOptions options = new ProbeOptions();

  @Mixin final ProbeInterval interval = new ProbeInterval();

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "10",
      converter = Top.class,
      description = "Processes to show each time, 1 to 1000 (default: ${DEFAULT-VALUE}).")
  long top;

  ProbePageFaultCommand(Interruption interruption) {
    this.interruption = interruption;
  }

  @Override
  public Integer call() {
    try (FaultCounts counts = ProbeOptions.open(BpfFaultCounts::open, ProcFaultCounts::new)) {
      System.err.println("page faults: " + counts.description());
      List<String> kinds = counts.kinds();
      long[] sums = new long[2];
      Set<Integer> processes = new HashSet<>();
      Deadline deadline = options.deadline(interruption);
      while (!deadline.isOver()) {
        interval.await(deadline);
        Map<Integer, long[]> faults = counts.since();
        faults.values().forEach(each -> add(sums, each));
        processes.addAll(faults.keySet());
        show(faults, kinds);
      }
      Map<String, Object> totals = new LinkedHashMap<>();
      totals.put("event", "totals");
      totals.put(kinds.get(0), sums[0]);
      totals.put(kinds.get(1), sums[1]);
      totals.put("processes", processes.size());
      totals.put("lost", counts.lost());
      options.print(
          "%d %s and %d %s faults of %d processes, %d lost"
              .formatted(
                  sums[0], kinds.get(0), sums[1], kinds.get(1), processes.size(), counts.lost()),
          totals);
    }
    return 0;
  }

  private static void add(long[] sums, long[] counts) {
    sums[0] += counts[0];
    sums[1] += counts[1];
  }

  private void show(Map<Integer, long[]> faults, List<String> kinds) {
    faults.entrySet().stream()
        .sorted(
            Comparator.comparingLong(
                (Map.Entry<Integer, long[]> entry) -> -(entry.getValue()[0] + entry.getValue()[1])))
        .limit(top)
        .forEach(entry -> show(entry.getKey(), entry.getValue(), kinds));
    if (!options.json) {
      StandardOutput.print(System.lineSeparator());
    }
  }

  private void show(int pid, long[] counts, List<String> kinds) {
    String name = ProcFiles.name(pid).replaceAll("\\p{Cntrl}", "?");
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("event", "page_fault");
    values.put("pid", pid);
    values.put("comm", name);
    values.put(kinds.get(0), counts[0]);
    values.put(kinds.get(1), counts[1]);
    options.print(
        "%7d %-16s %9d %s %9d %s"
            .formatted(
                pid,
                name.isEmpty() ? "(gone)" : name,
                counts[0],
                kinds.get(0),
                counts[1],
                kinds.get(1)),
        values);
  }
}
