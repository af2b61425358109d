package io.predicomp.os.damon;

import io.predicomp.os.damon.DamonStart.Cause;
import io.predicomp.os.damon.DamonStart.Refused;
import io.predicomp.os.damon.DamonStart.Watching;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * DAMON's control files. Thread-safe.
 *
 * <p>Writing {@code nr_kdamonds} replaces the whole set, everybody's, and fails with EBUSY only
 * while one of them runs. It is written here only if there is no kdamond, or if the one that is
 * there is off and set up for a single process that does not exist any more: what a monitor leaves
 * behind whose program was killed. The kernel switches a kdamond off by itself once its process is
 * gone, within an update interval. If the watched process was another one than the killed program,
 * the kdamond stays on until that one ends too.
 *
 * <p>If two programs start in the same moment, the one whose set was replaced notices before it has
 * switched anything on or off, and is refused as {@link Cause#BUSY}.
 */
public final class Damon {
  private static final System.Logger LOG = System.getLogger(Damon.class.getName());

  private final ControlFiles files;
  private final Path root;
  private final Path kdamonds;

  Damon(ControlFiles files, Path root) {
    this.files = files;
    this.root = root;
    this.kdamonds = root.resolve("sys/kernel/mm/damon/admin/kdamonds");
  }

  /** {@return the DAMON of the running kernel} */
  public static Damon ofSystem() {
    return at(Path.of("/"));
  }

  /**
   * {@return the DAMON whose files lie below another directory}
   *
   * @param root holds {@code sys}
   */
  public static Damon at(Path root) {
    return new Damon(new ControlFiles(), root);
  }

  static boolean isAlive(long pid) {
    return Files.exists(Path.of("/proc", Long.toString(pid)));
  }

  /**
   * Watches an address range of a process.
   *
   * @param pid the process, often {@code ProcessHandle.current().pid()}
   * @param start of the range, inclusive, a multiple of the page size
   * @param end of the range, exclusive
   * @return the monitor, or why there is none
   * @throws IllegalArgumentException if the range is empty
   */
  public synchronized DamonStart watch(
      long pid, long start, long end, MonitoringAttributes attributes) {
    if (Long.compareUnsigned(start, end) >= 0) {
      throw new IllegalArgumentException("the range " + start + " to " + end + " is empty");
    }
    if (!files.exists(kdamonds)) {
      return new Refused(
          Cause.NO_SYSFS,
          "The kernel has no DAMON control files: use one built with CONFIG_DAMON_VADDR and"
              + " CONFIG_DAMON_SYSFS (5.18).");
    }
    if (!isAlive(pid)) {
      return new Refused(Cause.NO_PROCESS, "There is no process " + pid + " to watch.");
    }
    try {
      Optional<String> user = user();
      if (user.isPresent()) {
        return busy(user.get());
      }
      files.write(kdamonds.resolve("nr_kdamonds"), "1");
    } catch (IOException e) {
      return refused(e);
    }
    return start(new Kdamond(files, kdamonds.resolve("0")), pid, start, end, attributes);
  }

  private static Refused busy(String who) {
    return new Refused(
        Cause.BUSY, "DAMON is in use: " + who + ". Stop that program to have its evidence.");
  }

  /** {@return who needs the set that is there; empty if nobody does} */
  private Optional<String> user() throws IOException {
    String number = files.read(kdamonds.resolve("nr_kdamonds"));
    if (number.equals("0")) {
      return Optional.empty();
    }
    Optional<Long> target = Optional.empty();
    for (Path each : files.directories(kdamonds)) {
      Kdamond kdamond = new Kdamond(files, each);
      if (kdamond.isOn()) {
        return Optional.of("kdamond " + each.getFileName() + " is on");
      }
      target = kdamond.onlyTarget();
    }
    boolean abandoned = number.equals("1") && target.isPresent() && !isAlive(target.get());
    return abandoned
        ? Optional.empty()
        : Optional.of("somebody has prepared " + number + " kdamond(s), though none is on");
  }

  private DamonStart start(
      Kdamond kdamond, long pid, long start, long end, MonitoringAttributes attributes) {
    RegionSource source = null;
    try {
      kdamond.addContext();
      if (!kdamond.chooseVirtualAddresses(attributes)) {
        files.write(kdamonds.resolve("nr_kdamonds"), "0");
        return new Refused(
            Cause.NO_VADDR,
            "DAMON is there, but not for virtual addresses: use a kernel built with"
                + " CONFIG_DAMON_VADDR.");
      }
      kdamond.watch(pid, start, end);
      if (kdamond.addCountingScheme()) {
        source = new TriedRegions(files, kdamond);
      } else {
        source = AggregatedTrace.open(files, root, kdamond, attributes.maxRegions()).orElse(null);
      }
      if (source == null) {
        release(kdamond, null, pid, start);
        return new Refused(
            Cause.NO_SNAPSHOTS,
            "This kernel's DAMON shows its regions through tracefs only (6.2 does without): as"
                + " root, mount -t tracefs nodev /sys/kernel/tracing.");
      }
      if (!kdamond.watches(pid, start)) {
        source.close();
        return busy("another program has just taken it");
      }
      kdamond.command("on");
    } catch (IOException e) {
      release(kdamond, source, pid, start);
      return refused(e);
    }
    DamonMonitor monitor = new DamonMonitor(this, kdamond, source, pid, start, attributes);
    monitor.releaseAtExit();
    return new Watching(monitor);
  }

  private static Refused refused(IOException failure) {
    String words = String.valueOf(failure.getMessage());
    String lower = words.toLowerCase(Locale.ROOT);
    if (failure instanceof AccessDeniedException || lower.contains("not permitted")) {
      return new Refused(
          Cause.NO_PERMISSION, "DAMON's control files are for root: run as root to use it.");
    }
    return lower.contains("busy")
        ? busy("the kernel answers " + words)
        : new Refused(Cause.FAILED, "DAMON could not be started: " + words + ".");
  }

  /** Leaves no kdamond, if the one there is the one we made. */
  synchronized void release(Kdamond kdamond, RegionSource source, long pid, long start) {
    try {
      if (source != null) {
        source.close();
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "A trace buffer of DAMON could not be removed", e);
    }
    try {
      String number = files.read(kdamonds.resolve("nr_kdamonds"));
      // Nothing, or one that is not set up as far as its target: somebody else's is set up, or on.
      boolean ours = number.equals("1") && isOursOrUnfinished(kdamond, pid, start);
      if (!ours) {
        return;
      }
      switchOff(kdamond);
      files.write(kdamonds.resolve("nr_kdamonds"), "0");
    } catch (IOException e) {
      LOG.log(Level.WARNING, "DAMON could not be switched off: " + e.getMessage());
    }
  }

  private static void switchOff(Kdamond kdamond) throws IOException {
    try {
      if (kdamond.isOn()) {
        kdamond.command("off");
      }
    } catch (IOException e) {
      // Its process may have ended in between, which switches it off as well.
      if (kdamond.isOn()) {
        throw e;
      }
    }
  }

  private static boolean isOursOrUnfinished(Kdamond kdamond, long pid, long start)
      throws IOException {
    return kdamond.watches(pid, start)
        || (!kdamond.isOn() && List.of(0L, pid).contains(kdamond.onlyTarget().orElse(0L)));
  }
}
