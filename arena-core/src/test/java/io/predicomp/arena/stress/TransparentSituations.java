package io.predicomp.arena.stress;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.TransparentArena;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a process does besides, while all pages of transparent memory are cold: forks, gets signals
 * that are HotSpot's, fails in native memory of others, locks its memory. Exits with 1 and a stack
 * trace if anything went wrong.
 *
 * <p>Arguments: {@code mlockall} to lock all memory first, {@code privileges} to say which there
 * are.
 */
public final class TransparentSituations {
  private static final int PAGE = 4096;
  private static final int PAGES = 256;
  private static final int ROUNDS = 5;
  private static final int COMPILED = 30_000;

  /** {@code MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT} of {@code asm-generic/mman.h}. */
  private static final int LOCK_ALL = 7;

  private record Box(long value) {}

  private final CompressedArena arena =
      CompressedArena.open(ArenaConfig.builder().checksums(true).build());
  private final MemorySegment words;

  private TransparentSituations() {
    TransparentArena memory = arena.transparent();
    words = memory.allocate((long) PAGES * PAGE, PAGE);
  }

  public static void main(String[] args) throws Throwable {
    if (args.length > 0 && args[0].equals("mlockall")) {
      lockAll();
    }
    if (args.length > 0 && args[0].equals("privileges")) {
      privileges();
    }
    new TransparentSituations().run();
  }

  private static void privileges() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("CapEff:")) {
        System.out.println("capabilities " + line.substring("CapEff:".length()).strip());
      }
    }
  }

  @SuppressWarnings("restricted")
  private static void lockAll() throws Throwable {
    Linker linker = Linker.nativeLinker();
    int result =
        (int)
            linker
                .downcallHandle(
                    linker.defaultLookup().findOrThrow("mlockall"),
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT))
                .invokeExact(LOCK_ALL);
    System.out.println(result == 0 ? "all memory is locked" : "SKIPPED: mlockall is refused");
  }

  private void run() throws Exception {
    long left = 0;
    for (long round = 1; round <= ROUNDS; round++) {
      write(round);
      left += arena.compressAll();
      Process child = new ProcessBuilder("true").inheritIO().start();
      verify(round);
      left += arena.compressAll();
      require(child.waitFor() == 0, "the child failed");
      signalsOfTheJvm();
      verify(round);
    }
    require(arena.stats().demandRestores() > 0, "no page was cold");
    System.out.println(left + " pages left, " + arena.stats().demandRestores() + " came back");
    arena.close();
  }

  private void write(long round) {
    for (long page = 0; page < PAGES; page++) {
      for (long at = 0; at < PAGE / 2; at += 8) {
        words.set(JAVA_LONG, page * PAGE + at, round * page + at);
      }
    }
  }

  private void verify(long round) {
    for (long page = 0; page < PAGES; page++) {
      for (long at = 0; at < PAGE; at += 8) {
        long expected = at < PAGE / 2 ? round * page + at : 0;
        require(words.get(JAVA_LONG, page * PAGE + at) == expected, "a word is wrong");
      }
    }
  }

  /** Implicit null checks of compiled code are SIGSEGV, as is the guard page of a stack. */
  private static void signalsOfTheJvm() {
    long sum = 0;
    for (int i = 0; i < COMPILED; i++) {
      sum += value(new Box(i));
    }
    require(sum == (long) COMPILED * (COMPILED - 1) / 2, "the sum is wrong");
    for (int i = 0; i < 10; i++) {
      try {
        sum += value(null);
        throw new IllegalStateException("null has a value: " + sum);
      } catch (NullPointerException expected) {
        // HotSpot got its signal.
      }
    }
    try {
      throw new IllegalStateException("a stack without end: " + deeper(0));
    } catch (StackOverflowError expected) {
      // HotSpot got its signal.
    }
  }

  private static long value(@Nullable Box box) {
    return box.value();
  }

  @SuppressWarnings("InfiniteRecursion")
  private static long deeper(long depth) {
    return deeper(depth + 1) + depth;
  }

  private static void require(boolean holds, String failure) {
    if (!holds) {
      throw new IllegalStateException(failure);
    }
  }
}
