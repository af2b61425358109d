package io.predicomp.os.process;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Page faults by the kernel's own account of each process, {@code /proc/PID/stat}. Needs no
 * privilege; what a process did after the last look before its end is missed.
 */
public final class ProcFaultCounts implements FaultCounts {
  private Map<Integer, ProcFiles.Stat> before = new HashMap<>();

  /** Begins to count now. */
  public ProcFaultCounts() {
    before = read();
  }

  private static Map<Integer, ProcFiles.Stat> read() {
    Map<Integer, ProcFiles.Stat> now = new HashMap<>();
    for (int pid : ProcFiles.pids()) {
      ProcFiles.stat(pid).ifPresent(stat -> now.put(pid, stat));
    }
    return now;
  }

  @Override
  public String description() {
    return "/proc/PID/stat; processes shorter than the time between two looks are missed";
  }

  @Override
  public List<String> kinds() {
    return List.of("minor", "major");
  }

  @Override
  public Map<Integer, long[]> since() {
    Map<Integer, ProcFiles.Stat> now = read();
    Map<Integer, long[]> faults = new HashMap<>();
    now.forEach(
        (pid, stat) -> {
          Optional<ProcFiles.Stat> then =
              Optional.ofNullable(before.get(pid))
                  .filter(known -> known.startTicks() == stat.startTicks());
          long minor = stat.minorFaults() - then.map(ProcFiles.Stat::minorFaults).orElse(0L);
          long major = stat.majorFaults() - then.map(ProcFiles.Stat::majorFaults).orElse(0L);
          if (minor + major > 0) {
            faults.put(pid, new long[] {minor, major});
          }
        });
    before = now;
    return faults;
  }

  @Override
  public long lost() {
    return 0;
  }

  @Override
  public void close() {}
}
