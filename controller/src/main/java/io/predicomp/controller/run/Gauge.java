package io.predicomp.controller.run;

import io.predicomp.os.pressure.PressureStall;
import io.predicomp.os.process.ProcFiles;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** Measures what a policy looks at. */
@FunctionalInterface
public interface Gauge {
  /**
   * {@return the value for a process, or empty if it cannot be had, such as of one that is gone}
   */
  OptionalDouble measure(int pid);

  /** {@return a gauge of CPU time since a process began, in nanoseconds} */
  static Gauge cpuTime() {
    return pid ->
        ProcFiles.stat(pid).stream().mapToDouble(stat -> stat.cpuTicks() * 1e7).findFirst();
  }

  /**
   * {@return a gauge of memory pressure: percent of the last ten seconds in which some task waited}
   *
   * @param file such as {@code /proc/pressure/memory}
   */
  static Gauge pressure(Path file) {
    return pid ->
        PressureStall.read(file).stream().mapToDouble(PressureStall::some10Percent).findFirst();
  }
}
