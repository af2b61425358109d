package io.predicomp.os.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.Errno;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class DowncallsTest {
  private static final int EBADF = -Errno.EBADF.number();
  private static final int EINVAL = -Errno.EINVAL.number();
  private static final int CALLS = 100_000;

  @Test
  void aFailureIsTheNegatedErrno() {
    assertEquals(EBADF, Libc.close(-1));
    assertEquals(EINVAL, Libc.munmap(1, 1));
    assertEquals(EINVAL, Libc.mmap(0, 0, 0, 0x22, -1, 0));
    assertEquals(EINVAL, Libc.process_madvise(-1, MemorySegment.NULL, 0, 0, -1));
  }

  @Test
  void platformThreadsSeeTheirOwnErrno() throws Exception {
    seeTheirOwnErrno(Executors.newFixedThreadPool(16), 16);
  }

  @Test
  void virtualThreadsSeeTheirOwnErrno() throws Exception {
    seeTheirOwnErrno(Executors.newVirtualThreadPerTaskExecutor(), 64);
  }

  /** Half of the threads cause one error, half another, all at once. */
  private static void seeTheirOwnErrno(ExecutorService executor, int threads) throws Exception {
    CyclicBarrier start = new CyclicBarrier(threads);
    try (executor) {
      List<Future<Integer>> strangers = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        boolean even = thread % 2 == 0;
        strangers.add(
            executor.submit(
                () -> {
                  start.await();
                  int count = 0;
                  for (int i = 0; i < CALLS; i++) {
                    int result = even ? Libc.close(-1) : Libc.munmap(1, 1);
                    if (result != (even ? EBADF : EINVAL)) {
                      count++;
                    }
                    if (i % 1_000 == 0) {
                      LockSupport.parkNanos(1); // a virtual thread may go on on another carrier
                    }
                  }
                  return count;
                }));
      }
      for (Future<Integer> each : strangers) {
        assertEquals(0, each.get());
      }
    }
  }

  /** In a JVM without escape analysis, so that nothing depends on what the compiler inlines. */
  @Test
  void callsOfHotPathsAllocateNothing() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                String.join(
                    File.pathSeparator,
                    System.getProperty("jdk.module.path", ""),
                    System.getProperty("java.class.path", ""),
                    Path.of("target", "test-classes").toAbsolutePath().toString()),
                DowncallAllocation.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    List<String> figures = said.lines().toList();
    assertTrue(figures.size() > 8, said);
    for (String figure : figures) {
      assertEquals(!figure.endsWith(DowncallAllocation.CONTROL), figure.startsWith("0.0 "), said);
    }
  }

  @Test
  void aFunctionThatDoesNotExistIsNamed() {
    UnsatisfiedLinkError e =
        assertThrows(
            UnsatisfiedLinkError.class,
            () -> Downcalls.link("no_such_function", FunctionDescriptor.of(JAVA_INT)));
    assertTrue(e.getMessage().contains("no_such_function"));
  }

  @Test
  void aHandleLinkedByAddressReturnsWhatTheFunctionReturns() throws Throwable {
    MethodHandle close =
        Downcalls.link(Downcalls.symbol("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    assertEquals(-1, (int) close.invokeExact(-1));
    MethodHandle abs =
        Downcalls.linkCritical(Downcalls.symbol("abs"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    assertEquals(7, (int) abs.invokeExact(-7));
  }

  @Test
  void aClosedSegmentIsRefusedBeforeTheCall() {
    MemorySegment closed;
    try (Arena arena = Arena.ofConfined()) {
      closed = arena.allocate(64);
    }
    assertThrows(IllegalStateException.class, () -> Libc.madvise(closed, 4));
  }

  @Test
  void checkedExceptionsAreNeverLost() {
    Exception checked = new Exception("from a handle");
    AssertionError e = assertThrows(AssertionError.class, () -> Downcalls.rethrow(checked));
    assertEquals(checked, e.getCause());
    assertThrows(IllegalStateException.class, () -> Downcalls.rethrow(new IllegalStateException()));
    assertThrows(OutOfMemoryError.class, () -> Downcalls.rethrow(new OutOfMemoryError()));
  }
}
