package io.predicomp.os.bpf;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.OwnedFd;
import io.predicomp.os.libc.TracingCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The kernel's descriptions of its tracepoints. Where the file system that has them is mounted
 * nowhere, it is mounted for this object alone, at no place that anybody sees: nothing on the
 * machine changes.
 */
public final class Tracefs implements AutoCloseable {
  private static final List<String> MOUNT_POINTS =
      List.of("sys/kernel/tracing", "sys/kernel/debug/tracing");

  private final Path root;
  private final String place;
  private final Optional<OwnedFd> ownMount;

  private Tracefs(Path root, String place, Optional<OwnedFd> ownMount) {
    this.root = root;
    this.place = place;
    this.ownMount = ownMount;
  }

  /**
   * {@return the descriptions of this kernel}
   *
   * @throws ErrnoException if they are mounted nowhere and the kernel refuses to mount them: EPERM
   *     without privilege, ENODEV if it has none
   */
  public static Tracefs open() {
    return find(Path.of("/")).orElseGet(Tracefs::mount);
  }

  /**
   * {@return the descriptions where they are mounted and readable, or empty}
   *
   * @param root the root directory, or in tests a directory that looks like one
   */
  public static Optional<Tracefs> find(Path root) {
    return MOUNT_POINTS.stream()
        .filter(
            point ->
                Files.isReadable(root.resolve(point).resolve("events/sched/sched_process_exec/id")))
        .findFirst()
        .map(point -> new Tracefs(root.resolve(point), "tracefs at /" + point, Optional.empty()));
  }

  private static Tracefs mount() {
    try (Arena arena = Arena.ofConfined();
        OwnedFd context =
            own(
                TracingCalls.fsopen(arena.allocateFrom("tracefs"), TracingCalls.CLOSE_ON_EXEC),
                "fsopen")) {
      int result =
          TracingCalls.fsconfig(
              context.number(),
              TracingCalls.FSCONFIG_CMD_CREATE,
              MemorySegment.NULL,
              MemorySegment.NULL,
              0);
      if (result < 0) {
        throw new ErrnoException("fsconfig", -result, "tracefs, FSCONFIG_CMD_CREATE");
      }
      OwnedFd mount =
          own(TracingCalls.fsmount(context.number(), TracingCalls.CLOSE_ON_EXEC, 0), "fsmount");
      return new Tracefs(
          Path.of("/proc/self/fd/" + mount.number()),
          "tracefs, mounted for this process only",
          Optional.of(mount));
    }
  }

  private static OwnedFd own(int result, String call) {
    if (result < 0) {
      throw new ErrnoException(call, -result, "tracefs");
    }
    return new OwnedFd(result);
  }

  /** {@return where it was found, for people} */
  public String place() {
    return place;
  }

  /**
   * {@return a tracepoint}
   *
   * @param name such as {@code sched/sched_process_exec}
   * @throws NoSuchFileException if the kernel has no such tracepoint
   * @throws IOException if its description cannot be read or understood
   */
  public Tracepoint tracepoint(String name) throws IOException {
    return Tracepoint.parse(
        name, Files.readString(root.resolve("events").resolve(name).resolve("format")));
  }

  @Override
  public void close() {
    ownMount.ifPresent(OwnedFd::close);
  }
}
