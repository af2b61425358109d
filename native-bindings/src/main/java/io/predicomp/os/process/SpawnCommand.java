package io.predicomp.os.process;

import static java.lang.foreign.ValueLayout.ADDRESS;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.libc.ProcessCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A program to start, prepared once: {@code posix_spawn(3)}. It starts without arguments, with this
 * process's environment, input and outputs connected to {@code /dev/null}, no other descriptor
 * open, and every signal at its default. Immutable; any thread may start it until it is closed.
 */
public final class SpawnCommand implements AutoCloseable {
  private static final short POSIX_SPAWN_SETSIGDEF = 0x04; // spawn.h
  private static final short POSIX_SPAWN_SETSIGMASK = 0x08; // spawn.h
  private static final int O_RDWR = 2; // asm-generic/fcntl.h
  private static final long SIGSET_SIZE = 128; // bits/types/__sigset_t.h: 1024 bits

  private final Arena arena = Arena.ofShared();
  private final MemorySegment path;
  private final MemorySegment arguments;
  private final MemorySegment environment;
  private final MemorySegment actions = arena.allocate(ProcessCalls.SPAWN_OBJECT_SIZE, 16);
  private final MemorySegment attributes = arena.allocate(ProcessCalls.SPAWN_OBJECT_SIZE, 16);

  /**
   * @param program a file; whether it can be executed is known when it is started
   */
  public SpawnCommand(Path program) {
    path = arena.allocateFrom(program.toString());
    arguments = strings(List.of(program.toString()));
    environment =
        strings(System.getenv().entrySet().stream().map(SpawnCommand::assignment).toList());
    MemorySegment nothing = arena.allocateFrom("/dev/null");
    check("posix_spawn_file_actions_init", ProcessCalls.posix_spawn_file_actions_init(actions));
    for (int fd = 0; fd <= 2; fd++) {
      check(
          "posix_spawn_file_actions_addopen",
          ProcessCalls.posix_spawn_file_actions_addopen(actions, fd, nothing, O_RDWR, 0));
    }
    // Where it is missing, a few files that the JVM opens without O_CLOEXEC stay open.
    int error = ProcessCalls.posix_spawn_file_actions_addclosefrom_np(actions, 3);
    if (error != Errno.ENOSYS.number()) {
      check("posix_spawn_file_actions_addclosefrom_np", error);
    }
    check("posix_spawnattr_init", ProcessCalls.posix_spawnattr_init(attributes));
    MemorySegment none = arena.allocate(SIGSET_SIZE, 8);
    MemorySegment all = arena.allocate(SIGSET_SIZE, 8).fill((byte) 0xff);
    check(
        "posix_spawnattr_setsigdefault",
        ProcessCalls.posix_spawnattr_setsigdefault(attributes, all));
    check("posix_spawnattr_setsigmask", ProcessCalls.posix_spawnattr_setsigmask(attributes, none));
    check(
        "posix_spawnattr_setflags",
        ProcessCalls.posix_spawnattr_setflags(
            attributes, (short) (POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)));
  }

  private static String assignment(Map.Entry<String, String> variable) {
    return variable.getKey() + "=" + variable.getValue();
  }

  /** An array of pointers to strings, ended by NULL. */
  private MemorySegment strings(List<String> values) {
    MemorySegment array = arena.allocate(ADDRESS, values.size() + 1L);
    for (int i = 0; i < values.size(); i++) {
      array.setAtIndex(ADDRESS, i, arena.allocateFrom(values.get(i)));
    }
    return array;
  }

  /** {@return 0, with {@code pid} written, or an error number, positive} */
  int start(MemorySegment pid) {
    return ProcessCalls.posix_spawn(pid, path, actions, attributes, arguments, environment);
  }

  /** Frees what was prepared; children that were started go on. */
  @Override
  public void close() {
    ProcessCalls.posix_spawn_file_actions_destroy(actions);
    ProcessCalls.posix_spawnattr_destroy(attributes);
    arena.close();
  }

  private static void check(String call, int error) {
    if (error != 0) {
      throw new ErrnoException(call, error, "");
    }
  }
}
