package io.predicomp.os.damon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.damon.DamonStart.Watching;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;
import io.predicomp.os.testing.Skip;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The kernel's own DAMON. Only in the VM lab, where nobody else uses it: {@code vm/test.sh}. There
 * it always runs; elsewhere it is skipped.
 */
@Tag("vm")
class DamonInKernelTest {
  private static final Path KDAMONDS = Path.of("/sys/kernel/mm/damon/admin/kdamonds/nr_kdamonds");
  private static final long PAGE = 4096;
  private static final long SCRATCH_BYTES = 64 * PAGE;
  private static final long BYTES = 64 << 20;
  // The second quarter is accessed all the time, nothing else ever.
  private static final long HOT_FROM = BYTES / 4;
  private static final long HOT_TO = BYTES / 2;

  private static final MonitoringAttributes ATTRIBUTES =
      new MonitoringAttributes(
          Duration.ofMillis(20), Duration.ofMillis(400), Duration.ofSeconds(1), 10, 200);

  @BeforeEach
  void onlyInTheLab() {
    Skip.unless(
        System.getenv("PREDICOMP_VM") != null, "DAMON is used in the VM lab only: vm/test.sh");
  }

  private static DamonMonitor watch(Damon damon, Mapping mapping) {
    DamonStart start =
        damon.watch(
            ProcessHandle.current().pid(),
            mapping.address(),
            mapping.address() + BYTES,
            ATTRIBUTES);
    return assertInstanceOf(Watching.class, start, start::toString).monitor();
  }

  @Test
  void schemesTellHotFromCold() throws IOException, InterruptedException {
    classifies(Damon.ofSystem(), "tried_regions");
  }

  @Test
  void theTracepointTellsHotFromCold() throws IOException, InterruptedException {
    // As on kernels before 6.2, whose schemes do not show the regions they meet.
    ControlFiles before62 =
        new ControlFiles() {
          @Override
          boolean exists(Path path) {
            return !path.endsWith("tried_regions") && super.exists(path);
          }
        };
    classifies(new Damon(before62, Path.of("/")), "damon_aggregated");
    try (var instances = Files.list(Path.of("/sys/kernel/tracing/instances"))) {
      assertEquals(List.of(), instances.toList());
    }
  }

  private static void classifies(Damon damon, String name)
      throws IOException, InterruptedException {
    try (Mapping mapping = Mapping.anonymous(BYTES, MemoryAdvice.NOHUGEPAGE);
        Mapping scratch = Mapping.anonymous(SCRATCH_BYTES, MemoryAdvice.NOHUGEPAGE)) {
      MemorySegment memory = mapping.segment();
      memory.fill((byte) 1);
      AtomicBoolean done = new AtomicBoolean();
      Thread toucher =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!done.get()) {
                      touch(memory);
                      forgetTranslations(scratch);
                    }
                  });
      try (DamonMonitor monitor = watch(damon, mapping)) {
        Accuracy best = new Accuracy(0, 0, 0);
        // DAMON splits and merges its way to the borders, a step each aggregation.
        for (int i = 0; i < 50 && !(best.recall() >= 0.9 && best.precision() >= 0.9); i++) {
          Thread.sleep(ATTRIBUTES.aggregation().toMillis());
          Accuracy now = Accuracy.of(monitor.snapshot(), mapping.address());
          best = now.worse() > best.worse() ? now : best;
        }
        System.out.printf(
            "DAMON by %s: recall %.3f, precision %.3f of %d hot MiB in %d, %d regions%n",
            name,
            best.recall(),
            best.precision(),
            (HOT_TO - HOT_FROM) >> 20,
            BYTES >> 20,
            best.regions());
        assertTrue(best.recall() >= 0.8, best::toString);
        assertTrue(best.precision() >= 0.8, best::toString);
      } finally {
        done.set(true);
        toucher.join();
      }
    }
    assertEquals("0", Files.readString(KDAMONDS).strip());
  }

  /**
   * DAMON clears the accessed bit of a page and leaves the TLB alone: in a processor the entry soon
   * makes room for others and the next access sets the bit again. The TLB of an emulated one can
   * hold all of the hot pages for ever, so that they look cold. Giving back more than 33 pages
   * (tlb_single_page_flush_ceiling) empties it.
   */
  private static void forgetTranslations(Mapping scratch) {
    scratch.segment().fill((byte) 1);
    scratch.discard(0, SCRATCH_BYTES);
  }

  private static void touch(MemorySegment memory) {
    for (long offset = HOT_FROM; offset < HOT_TO; offset += PAGE) {
      memory.set(ValueLayout.JAVA_BYTE, offset, (byte) 2);
    }
  }

  /**
   * How well hot pages are known.
   *
   * @param recall of the hot bytes, the part that was found hot
   * @param precision of the bytes found hot, the part that is
   */
  private record Accuracy(double recall, double precision, int regions) {
    static Accuracy of(List<DamonRegion> regions, long base) {
      long found = 0;
      long right = 0;
      for (DamonRegion region : regions) {
        if (region.accesses() * 2 >= ATTRIBUTES.maxAccesses()) {
          found += region.bytes();
          right +=
              Math.max(
                  0,
                  Math.min(region.end() - base, HOT_TO)
                      - Math.max(region.start() - base, HOT_FROM));
        }
      }
      return new Accuracy(
          (double) right / (HOT_TO - HOT_FROM),
          found == 0 ? 0 : (double) right / found,
          regions.size());
    }

    double worse() {
      return Math.min(recall, precision);
    }
  }

  @Test
  void aSecondMonitorIsRefusedAndTheFirstGoesOn() throws IOException {
    try (Mapping mapping = Mapping.anonymous(BYTES);
        DamonMonitor first = watch(Damon.ofSystem(), mapping)) {
      DamonStart second =
          Damon.ofSystem()
              .watch(
                  ProcessHandle.current().pid(),
                  mapping.address(),
                  mapping.address() + BYTES,
                  ATTRIBUTES);
      DamonStart.Refused refused = assertInstanceOf(DamonStart.Refused.class, second);
      assertEquals(DamonStart.Cause.BUSY, refused.cause());
      mapping.segment().fill((byte) 1);
      first.snapshot();
    }
  }

  @Test
  void aKilledProcessLeavesAKdamondThatIsReplaced() throws IOException, InterruptedException {
    Process victim = new ProcessBuilder("sleep", "600").start();
    Damon damon = Damon.ofSystem();
    long start = 0x10000;
    DamonStart watched =
        damon.watch(victim.pid(), start, start + BYTES, MonitoringAttributes.DEFAULT);
    DamonMonitor abandoned = assertInstanceOf(Watching.class, watched).monitor();
    victim.destroyForcibly().waitFor();
    Path state = KDAMONDS.resolveSibling("0/state");
    for (int i = 0; i < 100 && !Files.readString(state).strip().equals("off"); i++) {
      Thread.sleep(100);
    }
    assertEquals("off", Files.readString(state).strip(), "the kernel ends it with its process");
    assertEquals("1", Files.readString(KDAMONDS).strip(), "and leaves the set");
    try (Mapping mapping = Mapping.anonymous(BYTES);
        DamonMonitor next = watch(damon, mapping)) {
      abandoned.close();
      assertEquals("on", Files.readString(state).strip(), "closing the old one harms nobody");
      mapping.segment().fill((byte) 1);
      next.snapshot();
    }
    assertEquals("0", Files.readString(KDAMONDS).strip());
  }
}
