package io.predicomp.workloads.cli;

import io.predicomp.controller.core.DelayPolicy;
import io.predicomp.controller.core.IdlePolicy;
import io.predicomp.controller.core.PressurePolicy;
import io.predicomp.controller.core.TriggerPolicy;
import io.predicomp.controller.run.Controller;
import io.predicomp.controller.run.ControllerLog;
import io.predicomp.controller.run.CsvFile;
import io.predicomp.controller.run.EventSources;
import io.predicomp.controller.run.EventSources.Chosen;
import io.predicomp.controller.run.EventSources.Wanted;
import io.predicomp.controller.run.Gauge;
import io.predicomp.controller.run.SocketFile;
import io.predicomp.os.pressure.PressureStall;
import io.predicomp.os.process.ProcFiles;
import io.predicomp.os.socket.LocalServer;
import io.predicomp.workloads.run.Clock;
import io.predicomp.workloads.run.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "controller",
    description = {
      "Follows all processes of the machine, and asks those that have enrolled"
          + " (--controller-enroll) to compress their memory some time after they began.",
      "Runs until Ctrl-C, or --duration-sec. As root it loads BPF programs; without, it asks the"
          + " process connector, or polls /proc."
    })
final class ControllerCommand implements Callable<Integer> {
  private static final Path SYSTEM_PRESSURE = Path.of("/proc/pressure/memory");
  private static final long LOOK_NANOS = 1_000_000_000L;

  /** {@code --delay-sec}, {@code --duration-sec}. */
  static final class Seconds extends DecimalConverter {
    Seconds() {
      super(0, 86_400);
    }
  }

  /** {@code --psi-threshold}, {@code --idle-threshold}. */
  static final class Percent extends DecimalConverter {
    Percent() {
      super(0, 100);
    }
  }

  /** {@code --events}. */
  static final class Events implements ITypeConverter<Wanted> {
    @Override
    public Wanted convert(String text) {
      return switch (text) {
        case "auto" -> Wanted.AUTO;
        case "ebpf" -> Wanted.EBPF;
        case "netlink" -> Wanted.NETLINK;
        case "proc" -> Wanted.PROC;
        default ->
            throw new TypeConversionException("'" + text + "' is not auto, ebpf, netlink or proc.");
      };
    }
  }

  private final Interruption interruption;

  @Option(
      names = "--delay-sec",
      paramLabel = "S",
      defaultValue = "10",
      converter = Seconds.class,
      description =
          "Seconds from exec until a process is asked, or first looked at, 0 to 86400, may be a"
              + " fraction (default: ${DEFAULT-VALUE}).")
  double delaySeconds;

  @Option(
      names = "--duration-sec",
      paramLabel = "S",
      defaultValue = "0",
      converter = Seconds.class,
      description =
          "Seconds until it ends, 0 to 86400, may be a fraction; 0: runs until Ctrl-C (default:"
              + " ${DEFAULT-VALUE}).")
  double durationSeconds;

  @Option(
      names = "--policy",
      paramLabel = "P",
      defaultValue = "delay",
      description =
          "When to ask: delay (once, after --delay-sec), psi (while memory is short) or idle (when"
              + " the process uses no CPU time) (default: ${DEFAULT-VALUE}).")
  String policy = "delay";

  @Option(
      names = "--psi-threshold",
      paramLabel = "PCT",
      converter = Percent.class,
      description =
          "psi: percent of the last 10 s in which some task waited for memory, 0 to 100 (default:"
              + " 10).")
  @Nullable Double pressurePercent;

  @Option(
      names = "--psi-cgroup",
      paramLabel = "DIR",
      description = "psi: the directory of a cgroup whose pressure counts, not the machine's.")
  @Nullable Path cgroup;

  @Option(
      names = "--idle-threshold",
      paramLabel = "PCT",
      converter = Percent.class,
      description = "idle: percent of a processor, over a second, 0 to 100 (default: 1).")
  @Nullable Double idlePercent;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Write a row for each process there; what was in the file before is lost.")
  @Nullable Path csvFile;

  @Option(
      names = "--all-rows",
      description = "A row also for each process that was forked and never executed a program.")
  boolean allRows;

  @Option(
      names = "--sock",
      paramLabel = "FILE",
      description = "Listen there (default: /tmp/predicomp-controller.sock).")
  @Nullable Path socket;

  @Option(
      names = "--events",
      paramLabel = "E",
      defaultValue = "auto",
      converter = Events.class,
      description =
          "Where to learn of processes: ebpf, netlink, proc, or auto: the first that works"
              + " (default: ${DEFAULT-VALUE}).")
  Wanted events = Wanted.AUTO;

  @Option(
      names = {"-v", "--verbose"},
      description = "Tell of each request, row and connection.")
  boolean verbose;

  ControllerCommand(Interruption interruption) {
    this.interruption = interruption;
  }

  @Override
  public Integer call() {
    TriggerPolicy chosenPolicy = policy();
    requirePolicy("--psi-threshold", pressurePercent, "psi");
    requirePolicy("--psi-cgroup", cgroup, "psi");
    requirePolicy("--idle-threshold", idlePercent, "idle");
    Path pressure = pressureFile();
    ControllerLog log = new ControllerLog(System.err, verbose);
    Deadline deadline =
        new Deadline(
            Clock.SYSTEM, durationSeconds == 0 ? Long.MAX_VALUE : (long) (durationSeconds * 1e9));
    Chosen chosen = openEvents();
    for (String why : chosen.refused()) {
      log.say(why);
    }
    String about =
        "events: %s; policy: %s, delay %s s"
            .formatted(chosen.source().description(), chosenPolicy.name(), delaySeconds);
    Path place = socket == null ? SocketFile.DEFAULT : socket;
    LocalServer server = listen(place);
    try {
      // Not before: the file of a controller that is at this place already would be lost.
      Optional<CsvFile> csv = openCsv(about);
      interruption.watch(deadline);
      run(
          new Controller(
              chosen.source(),
              server,
              chosenPolicy,
              gauge(chosenPolicy, pressure),
              csv,
              allRows,
              log),
          deadline,
          log,
          about,
          place);
      return 0;
    } finally {
      delete(place);
    }
  }

  private static void run(
      Controller controller, Deadline deadline, ControllerLog log, String about, Path place) {
    try (controller) {
      log.say(about);
      log.say(
          "watching, %d ms after the start; listening at %s".formatted(millisSinceStart(), place));
      Controller.Totals totals = controller.run(deadline::isOver);
      log.say(
          ("%d forks, %d execs, %d exits, %d lost; %d rows; asked %d times, %d acknowledged; %d"
                  + " were due and had not enrolled")
              .formatted(
                  totals.forks(),
                  totals.execs(),
                  totals.exits(),
                  totals.lost(),
                  totals.rows(),
                  totals.sent(),
                  totals.acknowledged(),
                  totals.missed()));
    }
  }

  private static Gauge gauge(TriggerPolicy policy, Path pressure) {
    return policy instanceof PressurePolicy ? Gauge.pressure(pressure) : Gauge.cpuTime();
  }

  private TriggerPolicy policy() {
    long delay = (long) (delaySeconds * 1e9);
    return switch (policy) {
      case "delay" -> new DelayPolicy(delay);
      case "psi" ->
          new PressurePolicy(delay, pressurePercent == null ? 10 : pressurePercent, LOOK_NANOS);
      case "idle" -> new IdlePolicy(delay, idlePercent == null ? 1 : idlePercent, LOOK_NANOS);
      default -> throw Refusal.ofValue("--policy", policy, "is not delay, psi or idle");
    };
  }

  /** What belongs to another policy would be taken for what counts. */
  private void requirePolicy(String option, @Nullable Object value, String wanted) {
    if (value != null && !policy.equals(wanted)) {
      throw new Refusal("Option '%s' needs --policy %s.".formatted(option, wanted));
    }
  }

  private Path pressureFile() {
    Path file = cgroup == null ? SYSTEM_PRESSURE : cgroup.resolve("memory.pressure");
    if (policy.equals("psi") && PressureStall.read(file).isEmpty()) {
      throw Refusal.ofValue(
          cgroup == null ? "--policy" : "--psi-cgroup",
          cgroup == null ? "psi" : cgroup,
          "needs "
              + file
              + ", which cannot be read: the kernel needs CONFIG_PSI, and perhaps psi=1");
    }
    return file;
  }

  private Chosen openEvents() {
    try {
      return EventSources.open(events);
    } catch (IOException e) {
      throw Refusal.ofValue(
          "--events",
          events.name().toLowerCase(Locale.ROOT),
          "is not possible here: " + e.getMessage());
    }
  }

  private Optional<CsvFile> openCsv(String about) {
    if (csvFile == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          CsvFile.create(csvFile, "predicomp controller; started " + Instant.now() + "; " + about));
    } catch (IOException e) {
      throw Refusal.ofFile("--csv", csvFile);
    }
  }

  private static LocalServer listen(Path place) {
    try {
      return SocketFile.listen(place);
    } catch (IOException e) {
      throw Refusal.ofValue("--sock", place, "cannot be listened at: " + e.getMessage());
    }
  }

  private static void delete(Path place) {
    try {
      Files.deleteIfExists(place);
    } catch (IOException e) {
      // Whoever comes next finds that nobody listens, and replaces it.
    }
  }

  /** Since the process began, by the kernel's account, which is in hundredths of a second. */
  private static long millisSinceStart() {
    return ProcFiles.stat(Math.toIntExact(ProcessHandle.current().pid()))
        .map(stat -> System.nanoTime() / 1_000_000 - 10 * stat.startTicks())
        .orElse(0L);
  }
}
