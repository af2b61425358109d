package io.predicomp.os.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.testing.AllocationMeter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ThreadCpuClockTest {
  private static final long MILLISECOND = 1_000_000;

  @Test
  void workTakesTime() {
    long thread = ThreadCpuClock.currentThreadNanos();
    long process = ThreadCpuClock.processNanos();
    while (ThreadCpuClock.currentThreadNanos() - thread < 5 * MILLISECOND) {
      Thread.onSpinWait();
    }
    assertTrue(ThreadCpuClock.processNanos() - process >= 5 * MILLISECOND);
  }

  @Test
  void theClockOfAThreadIsTheSameSeenFromWithinAndFromOutside() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    AtomicBoolean stop = new AtomicBoolean();
    FutureTask<Long> inside =
        new FutureTask<>(
            () -> {
              started.countDown();
              while (!stop.get()) {
                Thread.onSpinWait();
              }
              return ThreadCpuClock.currentThreadNanos();
            });
    FutureTask<ThreadCpuClock> clock = new FutureTask<>(ThreadCpuClock::ofCurrentThread);
    CountDownLatch read = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              clock.run();
              inside.run();
              try {
                read.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    thread.start();
    started.await();
    long first = clock.get().nanos();
    while (clock.get().nanos() - first < 5 * MILLISECOND) {
      Thread.onSpinWait();
    }
    long seenBefore = clock.get().nanos();
    stop.set(true);
    long own = inside.get();
    long seenAfter = clock.get().nanos();
    assertTrue(seenBefore <= own && own <= seenAfter, seenBefore + " " + own + " " + seenAfter);
    read.countDown();
    thread.join();
  }

  @Test
  @Timeout(60)
  void theClockOfAnEndedThreadIsAnError() throws Exception {
    FutureTask<ThreadCpuClock> clock = new FutureTask<>(ThreadCpuClock::ofCurrentThread);
    Thread thread = new Thread(clock);
    thread.start();
    thread.join();
    // For Java a thread has ended a little before it has for the kernel.
    ErrnoException e =
        assertThrows(
            ErrnoException.class,
            () -> {
              while (true) {
                clock.get().nanos();
              }
            });
    assertTrue(e.is(Errno.EINVAL), e.getMessage());
  }

  @Test
  void aVirtualThreadHasNone() throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      ExecutionException current =
          assertThrows(
              ExecutionException.class, executor.submit(ThreadCpuClock::currentThreadNanos)::get);
      assertEquals(UnsupportedOperationException.class, current.getCause().getClass());
      ExecutionException own =
          assertThrows(
              ExecutionException.class, executor.submit(ThreadCpuClock::ofCurrentThread)::get);
      assertEquals(UnsupportedOperationException.class, own.getCause().getClass());
      assertTrue(executor.submit(ThreadCpuClock::processNanos).get() > 0);
    }
  }

  @Test
  void readingAllocatesNothing() {
    assertEquals(0, AllocationMeter.bytesPerCall(ThreadCpuClock::currentThreadNanos));
    ThreadCpuClock clock = ThreadCpuClock.ofCurrentThread();
    assertEquals(0, AllocationMeter.bytesPerCall(clock::nanos));
  }
}
