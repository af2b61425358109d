package io.predicomp.os.damon;

import io.predicomp.os.damon.DamonStart.Cause;
import io.predicomp.os.damon.DamonStart.Refused;
import io.predicomp.os.damon.DamonStart.Watching;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * DAMON's control files. Thread-safe.
 *
 * <p>Writing {@code nr_kdamonds} replaces the whole set, everybody's, and fails with EBUSY only
 * while one of them runs. It is written here only if there is no kdamond, or if the one that is
 * there carries this library's mark, is off, and is set up for a process that does not exist any
 * more: what a monitor leaves behind whose program was killed. The kernel switches a kdamond off by
 * itself once its process is gone, within an update interval. If the watched process was another
 * one than the killed program, the kdamond stays on until that one ends too. Every other kdamond is
 * somebody else's, whatever its state: its owner may switch it on at any time.
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
    if (!isAlive(pid)) {
      return new Refused(Cause.NO_PROCESS, "There is no process " + pid + " to watch.");
    }
    Optional<Refused> obstacle = obstacle();
    if (obstacle.isPresent() && obstacle.get().cause() != Cause.LEFT_BEHIND) {
      return obstacle.get();
    }
    try {
      files.write(kdamonds.resolve("nr_kdamonds"), "1");
    } catch (IOException e) {
      return refused(e);
    }
    String note = obstacle.map(left -> left.sentence() + " It was replaced.").orElse("");
    return start(new Kdamond(files, kdamonds.resolve("0")), pid, start, end, attributes, note);
  }

  /**
   * {@return why DAMON cannot be had, as far as files say that may be read; empty if nothing is
   * known against it} Writes nothing. {@link Cause#LEFT_BEHIND} does not keep {@link #watch} from
   * working.
   */
  public synchronized Optional<Refused> obstacle() {
    if (!files.exists(kdamonds)) {
      return Optional.of(
          new Refused(
              Cause.NO_SYSFS,
              "The kernel has no DAMON control files: use one built with CONFIG_DAMON_VADDR and"
                  + " CONFIG_DAMON_SYSFS (5.18)."));
    }
    try {
      String number = files.read(kdamonds.resolve("nr_kdamonds"));
      return number.equals("0") ? user().map(Damon::busy) : owner(number);
    } catch (IOException e) {
      return Optional.of(refused(e));
    }
  }

  private static Refused busy(String who) {
    return new Refused(
        Cause.BUSY, "DAMON is in use: " + who + ". Stop that program to have its evidence.");
  }

  /** {@return the kernel's own user of DAMON that is switched on, which keeps out all others} */
  private Optional<String> user() throws IOException {
    Path modules = root.resolve("sys/module");
    if (files.exists(modules)) {
      for (Path each : files.directories(modules)) {
        Path enabled = each.resolve("parameters/enabled");
        if (each.getFileName().toString().startsWith("damon_")
            && files.exists(enabled)
            && files.read(enabled).equals("Y")) {
          return Optional.of("the kernel's " + each.getFileName() + " is on");
        }
      }
    }
    return Optional.empty();
  }

  /** {@return whose the kdamonds are that there are} */
  private Optional<Refused> owner(String number) throws IOException {
    for (Path each : files.directories(kdamonds)) {
      if (new Kdamond(files, each).isOn()) {
        return Optional.of(busy("kdamond " + each.getFileName() + " is on"));
      }
    }
    Kdamond first = new Kdamond(files, kdamonds.resolve("0"));
    if (number.equals("1") && first.isMarked()) {
      Optional<Long> target = first.onlyTarget();
      if (target.isPresent() && !isAlive(target.get())) {
        return Optional.of(
            new Refused(
                Cause.LEFT_BEHIND,
                "Process "
                    + target.get()
                    + " was killed and could not give DAMON back: its kdamond is still there."));
      }
    }
    return Optional.of(busy("somebody has prepared " + number + " kdamond(s), though none is on"));
  }

  private DamonStart start(
      Kdamond kdamond,
      long pid,
      long start,
      long end,
      MonitoringAttributes attributes,
      String note) {
    RegionSource source = null;
    try {
      kdamond.addContext();
      if (!kdamond.chooseVirtualAddresses(attributes)) {
        abandon(kdamond, null, pid, start);
        return new Refused(
            Cause.NO_VADDR,
            "DAMON is there, but not for virtual addresses: use a kernel built with"
                + " CONFIG_DAMON_VADDR.");
      }
      boolean showsRegions = kdamond.addCountingScheme();
      kdamond.watch(pid, start, end);
      if (showsRegions) {
        source = new TriedRegions(files, kdamond);
      } else {
        source = AggregatedTrace.open(files, root, kdamond, attributes.maxRegions()).orElse(null);
      }
      if (source == null) {
        abandon(kdamond, null, pid, start);
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
      abandon(kdamond, source, pid, start);
      return refused(e);
    }
    KernelMonitor monitor = new KernelMonitor(this, kdamond, source, pid, start, attributes);
    monitor.releaseAtExit();
    return new Watching(monitor, note);
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
    giveBack(kdamond, source, () -> kdamond.watches(pid, start));
  }

  /** As {@link #release}, of one that may not be set up as far as its mark or its target. */
  private void abandon(Kdamond kdamond, RegionSource source, long pid, long start) {
    giveBack(
        kdamond,
        source,
        () ->
            kdamond.watches(pid, start)
                || (!kdamond.isOn() && (kdamond.isMarked() || kdamond.isBlank())));
  }

  /** A question to the kernel's files. */
  private interface Question {
    boolean holds() throws IOException;
  }

  private void giveBack(Kdamond kdamond, RegionSource source, Question isOurs) {
    try {
      if (source != null) {
        source.close();
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "A trace buffer of DAMON could not be removed", e);
    }
    try {
      if (files.read(kdamonds.resolve("nr_kdamonds")).equals("1") && isOurs.holds()) {
        switchOff(kdamond);
        files.write(kdamonds.resolve("nr_kdamonds"), "0");
      }
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
}
