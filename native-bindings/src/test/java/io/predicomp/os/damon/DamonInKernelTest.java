package io.predicomp.os.damon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.predicomp.os.damon.DamonStart.Watching;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.testing.Skip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
  private static final long BYTES = 64 << 20;

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
