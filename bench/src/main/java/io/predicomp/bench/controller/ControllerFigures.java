package io.predicomp.bench.controller;

import io.predicomp.controller.core.DelayPolicy;
import io.predicomp.controller.core.ProcessTracker;
import io.predicomp.controller.core.TriggerPolicy;
import io.predicomp.controller.run.Controller;
import io.predicomp.controller.run.ControllerLog;
import io.predicomp.controller.run.EventSources;
import io.predicomp.controller.run.EventSources.Wanted;
import io.predicomp.controller.run.Gauge;
import io.predicomp.controller.run.SocketFile;
import io.predicomp.controller.wire.EnrolledProcess;
import io.predicomp.controller.wire.Message.Ack;
import io.predicomp.controller.wire.Message.Enroll;
import io.predicomp.os.bpf.BpfProcessEvents;
import io.predicomp.os.process.ProcessEvent;
import io.predicomp.os.process.ThreadCpuClock;
import io.predicomp.os.socket.Poller;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * How many lifecycle events a second are followed without losing one, how late requests are, how
 * soon a launched controller watches, and what it costs at 500 forks a second. Needs root and a C
 * compiler.
 *
 * <pre>bench/run controller</pre>
 */
public final class ControllerFigures {
  private static final int SECONDS = 8;
  private static final int SECONDS_ALONE = 2;
  private static final int FORKS_PER_SECOND = 500;
  private static final long GAP_NANOS = 10_000_000;

  /** Asks again and again, a fixed time after each acknowledgement. */
  private record Repeating(long gapNanos) implements TriggerPolicy {
    @Override
    public String name() {
      return "repeating";
    }

    @Override
    public long firstLook(long execNanos) {
      return execNanos;
    }

    @Override
    public boolean measures() {
      return false;
    }

    @Override
    public OptionalLong lookAgain(Sample now, Optional<Sample> before) {
      return OptionalLong.empty();
    }

    @Override
    public OptionalLong after(long ackNanos) {
      return OptionalLong.of(ackNanos + gapNanos);
    }
  }

  private ControllerFigures() {}

  /** Prints the figures. */
  public static void main(String[] arguments) throws Exception {
    Path directory = Files.createTempDirectory("controller");
    try {
      for (String kind : List.of("threads", "processes")) {
        follow(kind, 1);
        follow(kind, 2);
      }
      trigger(directory.resolve("socket"));
      LaunchedController.measure(directory.resolve("socket"), FORKS_PER_SECOND);
    } finally {
      Files.deleteIfExists(directory.resolve("socket"));
      Files.delete(directory);
    }
  }

  /** Reads all events of a storm as the controller does, and tells the tracker each. */
  private static void follow(String kind, int workers) throws Exception {
    Process alone = Storm.start(kind, SECONDS_ALONE, workers);
    long unobserved = 2 * Storm.made(alone) / SECONDS_ALONE;
    ProcessTracker tracker = new ProcessTracker(new DelayPolicy(0), false, _ -> {});
    long cpu = ThreadCpuClock.currentThreadNanos();
    long made;
    long lost;
    try (BpfProcessEvents events =
            BpfProcessEvents.open(kind.equals("threads"), BpfProcessEvents.RING_BYTES);
        Poller poller = new Poller(1)) {
      poller.add(events.fd().getAsInt());
      Process child = Storm.start(kind, SECONDS, workers);
      while (child.isAlive()) {
        poller.await(TimeUnit.MILLISECONDS.toNanos(20));
        drain(events, tracker);
        LockSupport.parkNanos(4_000_000);
      }
      made = 2 * Storm.made(child);
      drain(events, tracker);
      lost = events.lost();
    }
    cpu = ThreadCpuClock.currentThreadNanos() - cpu;
    System.out.printf(
        "%-9s by %d: followed %,d events/s, %,d of %,d made, lost %d; reader %.1f %% of a core;"
            + " unobserved the source makes %,d/s%n",
        kind,
        workers,
        made / SECONDS,
        tracker.forks() + tracker.exits(),
        made,
        lost,
        cpu / 1e7 / SECONDS,
        unobserved);
  }

  private static void drain(BpfProcessEvents events, ProcessTracker tracker) {
    while (events.drain(event -> tell(event, tracker), 8192) == 8192) {
      // until there are no more
    }
  }

  private static void tell(ProcessEvent event, ProcessTracker tracker) {
    switch (event.kind()) {
      case FORK, THREAD_START -> tracker.forked(event.nanos(), event.thread(), event.parent());
      case EXEC -> tracker.executed(event.nanos(), event.pid(), event.parent(), "");
      case EXIT, THREAD_EXIT -> tracker.exited(event.nanos(), event.thread(), 0, 0);
    }
  }

  /** A controller belongs to the thread that makes it. */
  private static Controller open(Path socket) throws IOException {
    return new Controller(
        EventSources.open(Wanted.AUTO).source(),
        SocketFile.listen(socket),
        new Repeating(GAP_NANOS),
        Gauge.cpuTime(),
        Optional.empty(),
        false,
        new ControllerLog(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
            false));
  }

  /** Has itself asked again and again, while a storm forks at a rate. */
  private static void trigger(Path socket) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong cpu = new AtomicLong();
    CountDownLatch listening = new CountDownLatch(1);
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (Controller controller = open(socket)) {
                    listening.countDown();
                    controller.run(stop::get);
                    cpu.set(ThreadCpuClock.currentThreadNanos());
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
    if (!listening.await(10, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the controller did not start");
    }
    Histogram late = new Histogram(TimeUnit.SECONDS.toNanos(10), 3);
    long start = System.nanoTime();
    Process child = Storm.start("processes", SECONDS, 2, FORKS_PER_SECOND);
    try (EnrolledProcess process =
        EnrolledProcess.enroll(
            socket,
            new Enroll(
                Math.toIntExact(ProcessHandle.current().pid()), "bench", 0, 0, 0, "external"))) {
      long answered = 0;
      while (child.isAlive()) {
        long request = process.takeRequest();
        if (request == 0) {
          LockSupport.parkNanos(100_000);
          continue;
        }
        long now = System.nanoTime();
        if (answered != 0) {
          late.recordValue(Math.max(0, now - answered - GAP_NANOS));
        }
        process.answer(new Ack(request, true, "", Map.of()));
        answered = System.nanoTime();
      }
    }
    stop.set(true);
    thread.join();
    System.out.printf(
        "requests: %d, late p50 %.2f, p99 %.2f, max %.2f ms, sockets both ways included%n",
        late.getTotalCount(),
        late.getValueAtPercentile(50) / 1e6,
        late.getValueAtPercentile(99) / 1e6,
        late.getMaxValue() / 1e6);
    System.out.printf(
        "controller's thread, code not yet compiled: %.2f %% of a core at %d forks/s and %d"
            + " requests/s%n",
        cpu.get() / ((System.nanoTime() - start) / 1e9) / 1e7,
        FORKS_PER_SECOND,
        late.getTotalCount() / SECONDS);
  }
}
