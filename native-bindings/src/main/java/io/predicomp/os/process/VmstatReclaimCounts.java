package io.predicomp.os.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** Reclaim by the kernel's own account, {@code /proc/vmstat}, which leaves out that of cgroups. */
public final class VmstatReclaimCounts implements ReclaimCounts {
  private final Path file;

  /** Reads this machine's account. */
  public VmstatReclaimCounts() {
    this(Path.of("/proc/vmstat"));
  }

  VmstatReclaimCounts(Path file) {
    this.file = file;
  }

  @Override
  public String description() {
    return "/proc/vmstat; reclaim at the limit of a cgroup is not counted apart";
  }

  @Override
  public Totals totals() {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Totals(
        sum(lines, name -> name.startsWith("allocstall")),
        sum(lines, "pgsteal_direct"::equals),
        0,
        0,
        sum(lines, "pageoutrun"::equals),
        sum(lines, name -> name.equals("pgscan_direct") || name.equals("pgscan_kswapd")),
        sum(lines, name -> name.equals("pgsteal_direct") || name.equals("pgsteal_kswapd")));
  }

  private static long sum(List<String> lines, Predicate<String> names) {
    long sum = 0;
    for (String line : lines) {
      int space = line.indexOf(' ');
      if (space > 0 && names.test(line.substring(0, space))) {
        sum += Long.parseLong(line.substring(space + 1).strip());
      }
    }
    return sum;
  }

  @Override
  public void close() {}
}
