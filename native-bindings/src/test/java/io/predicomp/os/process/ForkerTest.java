package io.predicomp.os.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.Errno;
import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.process.Forker.Inheritance;
import io.predicomp.os.testing.Skip;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ForkerTest {
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  @BeforeEach
  void requireLibrary() {
    Skip.unless(
        Forker.probe() instanceof ProbeResult.Supported, "no libpredicomp: " + Forker.probe());
  }

  private static List<ChildExit> reapAll(Forker forker) {
    List<ChildExit> exits = new ArrayList<>();
    long giveUp = System.nanoTime() + PATIENCE_NANOS;
    while (forker.children() > 0 && System.nanoTime() < giveUp) {
      forker.reap(100_000_000, exits::add);
    }
    assertEquals(0, forker.children(), "children that did not end");
    return exits;
  }

  @ParameterizedTest
  @EnumSource
  void aChildTouchesItsPagesAndExits(Inheritance inheritance) {
    try (Forker forker = Forker.open(4, inheritance)) {
      assertEquals(0, forker.fork(0));
      long none = reapAll(forker).getFirst().minorFaults();
      assertEquals(0, forker.fork(1000));

      ChildExit exit = reapAll(forker).getFirst();

      assertEquals(0, exit.code());
      long faults = exit.minorFaults() - none;
      assertTrue(faults >= 1000 && faults < 1100, "faults of 1000 pages: " + faults);
      assertTrue(exit.lifetimeNanos() > 0);
    }
    assertNoChildren();
  }

  @Test
  void manyChildrenAtATimeAreAllReapedByOneThread() {
    try (Forker forker = Forker.open(32, Inheritance.LITTLE)) {
      int reaped = 0;
      for (int round = 0; round < 20; round++) {
        while (!forker.isFull()) {
          assertEquals(0, forker.fork(1));
        }
        assertThrows(IllegalStateException.class, () -> forker.fork(0));
        List<ChildExit> exits = reapAll(forker);
        exits.forEach(exit -> assertEquals(0, exit.code()));
        reaped += exits.size();
      }
      assertEquals(640, reaped);
    }
    assertNoChildren();
  }

  /** A pool of threads, each of whose stacks may have been another's. */
  @Test
  void everyThreadCanForkWithLittleMemory() throws Exception {
    for (int round = 0; round < 3; round++) {
      AtomicReference<Throwable> failure = new AtomicReference<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try (Forker forker = Forker.open(4, Inheritance.LITTLE)) {
                        for (int fork = 0; fork < 20; fork++) {
                          assertEquals(0, forker.fork(2));
                          assertEquals(0, reapAll(forker).getFirst().code());
                        }
                      } catch (Throwable t) {
                        failure.set(t);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      if (failure.get() != null) {
        throw new AssertionError(failure.get());
      }
    }
    assertNoChildren();
  }

  @Test
  void aChildWithoutMemoryIsAFailureOfTheChild() {
    try (Forker forker = Forker.open(1, Inheritance.LITTLE)) {
      assertEquals(0, forker.fork(1L << 40));
      assertEquals(64, reapAll(forker).getFirst().code());
    }
  }

  @Test
  void programsAreStartedAndTheirExitCodesAreTold(@TempDir Path directory) throws IOException {
    Path seven = script(directory, "exit 7");
    try (Forker forker = Forker.forPrograms(2);
        SpawnCommand command = new SpawnCommand(seven)) {
      assertEquals(0, forker.start(command));
      ChildExit exit = reapAll(forker).getFirst();
      assertEquals(7, exit.code());
      assertFalse(exit.isSuccess());
    }
  }

  @Test
  void aProgramHasNoDescriptorsAndNoSignalsBlocked(@TempDir Path directory) throws IOException {
    Path report = directory.resolve("report");
    Path script =
        script(
            directory, "exec >" + report + "; ls /proc/$$/fd; exec grep Sig[BI] /proc/self/status");
    try (Forker forker = Forker.forPrograms(2);
        SpawnCommand command = new SpawnCommand(script)) {
      assertEquals(0, forker.start(command));
      assertEquals(0, reapAll(forker).getFirst().code());
    }
    String said = Files.readString(report);
    // 10 is where the shell keeps its script.
    assertTrue(said.matches("(?s)0\n1\n(10\n)?2\nS.*"), said);
    assertTrue(said.contains("SigBlk:\t0000000000000000"), said);
    assertTrue(said.contains("SigIgn:\t0000000000000000"), said);
  }

  @Test
  void aProgramThatCannotBeStartedIsAnErrorNumber(@TempDir Path directory) throws IOException {
    try (Forker forker = Forker.forPrograms(2);
        SpawnCommand missing = new SpawnCommand(directory.resolve("missing"));
        SpawnCommand notExecutable =
            new SpawnCommand(Files.writeString(directory.resolve("text"), "x"))) {
      assertEquals(Errno.ENOENT.number(), forker.start(missing));
      assertEquals(Errno.EACCES.number(), forker.start(notExecutable));
      assertEquals(0, forker.children());
    }
    assertNoChildren();
  }

  @Test
  void closingKillsAndReapsWhatIsLeft(@TempDir Path directory) throws IOException {
    Path slow = script(directory, "exec sleep 600");
    try (Forker forker = Forker.forPrograms(3);
        SpawnCommand command = new SpawnCommand(slow)) {
      for (int i = 0; i < 3; i++) {
        assertEquals(0, forker.start(command));
      }
      long start = System.nanoTime();
      assertEquals(0, forker.reap(20_000_000, exit -> {}));
      assertTrue(System.nanoTime() - start >= 19_000_000, "did not wait");
      assertEquals(3, forker.children());
    }
    assertNoChildren();
  }

  /** Whoever waited for any child would take this one's exit code away from its owner. */
  @Test
  void processesOfOthersAreLeftToThem() throws Exception {
    List<Process> others = new ArrayList<>();
    try (Forker forker = Forker.open(8, Inheritance.LITTLE)) {
      for (int i = 0; i < 20; i++) {
        others.add(new ProcessBuilder("sh", "-c", "exit " + i).start());
        forker.fork(10);
        forker.reap(1_000_000, exit -> assertEquals(0, exit.code()));
        if (forker.isFull()) {
          reapAll(forker);
        }
      }
      reapAll(forker);
    }
    for (int i = 0; i < others.size(); i++) {
      assertEquals(i, others.get(i).waitFor());
    }
    Process echo = new ProcessBuilder("echo", "unharmed").start();
    assertEquals(
        "unharmed\n", new String(echo.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
  }

  private static Path script(Path directory, String body) throws IOException {
    Path script = Files.writeString(directory.resolve("script"), "#!/bin/sh\n" + body + "\n");
    return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Living or zombie, but for helpers of the JVM's own. */
  private static void assertNoChildren() {
    List<String> children = new ArrayList<>();
    try (var tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        for (String pid : readIfThere(task.resolve("children")).split(" ", -1)) {
          if (!pid.isBlank()) {
            children.add(pid + " " + readIfThere(Path.of("/proc", pid, "stat")));
          }
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    assertEquals(List.of(), children);
  }

  private static String readIfThere(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return ""; // it ended while it was read
    }
  }
}
