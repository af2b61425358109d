package io.predicomp.workloads.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.workloads.fill.PageFill;
import io.predicomp.workloads.fill.PageFills;
import io.predicomp.workloads.load.AnonStreamer;
import io.predicomp.workloads.load.InteractiveBurst;
import io.predicomp.workloads.memory.ArenaAccess;
import io.predicomp.workloads.memory.ArenaMemory;
import io.predicomp.workloads.memory.PlainMemory;
import io.predicomp.workloads.memory.TouchMemory;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SessionTest {
  private static final int PAGE = 4096;
  private static final long BYTES = 1 << 20;
  private static final PageFill FILL = PageFills.parse("mixed_50_50", 1, PAGE);

  /** Long enough for several pauses on a busy machine. */
  private static final long RUN_NANOS = 2_000_000_000;

  private static final Session.Settings SETTINGS =
      new Session.Settings(3, 1, 100, 1, PAGE, true, RUN_NANOS / 2, false);

  private static RunResult run(Workload workload, TouchMemory memory) {
    return new Session(
            workload,
            SETTINGS,
            FILL,
            Optional.of(memory),
            DemotionRequests.NONE,
            new Deadline(Clock.SYSTEM, RUN_NANOS),
            new Progress(System.err, false),
            new MemorySamples(BYTES, null, null))
        .run();
  }

  @Test
  void idleWindowsAreWhenTheArenaCompresses() {
    AnonStreamer streamer = new AnonStreamer(BYTES, 1_000_000);
    try (ArenaMemory memory =
        ArenaMemory.open(ArenaAccess.CHECKED, ArenaConfig.builder().build(), BYTES)) {
      RunResult result = run(streamer, memory);
      assertTrue(result.idleWindows() > 1, result.toString());
      assertTrue(result.demotions() >= result.idleWindows(), result.toString());
      assertTrue(result.operations() >= result.idleWindows() * (BYTES / PAGE));
      assertEquals(result.operations(), result.touchLatencies().getTotalCount());
      assertEquals("ok", result.verification().status());
      assertEquals(BYTES / PAGE, result.verification().pages());
      assertTrue(result.stats().orElseThrow().demandRestores() > 0);
    }
  }

  @Test
  void aPageThatSomebodyElseWroteIsNamed() {
    try (PlainMemory memory = new PlainMemory(BYTES)) {
      InteractiveBurst burst = new InteractiveBurst(BYTES, 10_000_000, 10_000_000, false, 0);
      Workload vandal =
          new Workload() {
            @Override
            public String name() {
              return "vandal";
            }

            @Override
            public long regionBytes() {
              return BYTES;
            }

            @Override
            public DemotionSchedule demotion(int workers, DemotionPass demote, Deadline deadline) {
              return burst.demotion(workers, demote, deadline);
            }

            @Override
            public void work(Worker worker) {
              burst.work(worker);
              memory.target().increment(100L * PAGE);
            }
          };
      Verification verification = run(vandal, memory).verification();
      assertEquals("failed", verification.status());
      assertEquals(100, verification.difference().orElseThrow().page());
    }
  }

  @Test
  void aWorkerThatFailsEndsTheRun() {
    try (PlainMemory memory = new PlainMemory(BYTES)) {
      AnonStreamer streamer = new AnonStreamer(BYTES, 1_000_000);
      Workload failing =
          new Workload() {
            @Override
            public String name() {
              return "failing";
            }

            @Override
            public long regionBytes() {
              return BYTES;
            }

            @Override
            public DemotionSchedule demotion(int workers, DemotionPass demote, Deadline deadline) {
              return streamer.demotion(workers, demote, deadline);
            }

            @Override
            public void work(Worker worker) {
              throw new IllegalStateException("on purpose");
            }
          };
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> run(failing, memory));
      assertEquals("on purpose", e.getMessage());
    }
  }
}
