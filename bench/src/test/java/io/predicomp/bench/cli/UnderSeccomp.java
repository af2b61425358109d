package io.predicomp.bench.cli;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.TransparentArena;
import io.predicomp.workloads.cli.Predicomp;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * A process under a seccomp profile: says what a userfaultfd for faults of the kernel is answered,
 * and what became of transparent memory, then what {@code doctor --json} says.
 *
 * <p>Argument: the file whose rules are added to those of the default profile.
 */
public final class UnderSeccomp {
  /** Where the kernel has no filters. */
  static final int NO_FILTER = 77;

  private static final long USERFAULTFD =
      System.getProperty("os.arch").equals("aarch64") ? 282 : 323;
  private static final long O_CLOEXEC = 0x80000; // asm-generic/fcntl.h
  private static final int PAGES = 64;
  private static final int PAGE = 4096;

  private UnderSeccomp() {}

  public static void main(String[] arguments) throws Throwable {
    Path profile = Path.of(arguments[0]);
    SeccompFilter filter =
        new SeccompFilter(new ObjectMapper().readTree(profile.toFile()).get("syscalls"));
    if (!filter.install()) {
      System.exit(NO_FILTER);
    }
    System.out.println("of the kernel: " + faultsOfTheKernel());
    System.out.println("transparent: " + transparent());
    Predicomp.main(new String[] {"doctor", "--json"});
  }

  /** {@return the error number, or 0} What root could open without a filter. */
  @SuppressWarnings("restricted")
  private static int faultsOfTheKernel() throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle syscall =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1),
            Linker.Option.captureCallState("errno"));
    StructLayout state = Linker.Option.captureStateLayout();
    VarHandle errno = state.varHandle(StructLayout.PathElement.groupElement("errno"));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = arena.allocate(state);
      long result = (long) syscall.invokeExact(captured, USERFAULTFD, O_CLOEXEC);
      return result < 0 ? (int) errno.get(captured, 0L) : 0;
    }
  }

  private static String transparent() {
    var obstacle = TransparentArena.obstacle(ArenaConfig.builder().build());
    if (obstacle.isPresent()) {
      return obstacle.get();
    }
    try (CompressedArena arena = CompressedArena.open()) {
      MemorySegment words = arena.transparent().allocate((long) PAGES * PAGE, PAGE);
      for (long at = 0; at < words.byteSize(); at += Integer.BYTES) {
        words.set(JAVA_INT, at, (int) (at % 1000));
      }
      long left = arena.compressAll();
      for (long at = 0; at < words.byteSize(); at += Integer.BYTES) {
        if (words.get(JAVA_INT, at) != at % 1000) {
          throw new AssertionError("a word is wrong");
        }
      }
      return left + " pages left, " + arena.stats().demandRestores() + " came back";
    }
  }
}
