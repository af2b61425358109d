package io.predicomp.os.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;
import io.predicomp.os.process.ReclaimCounts.Totals;
import io.predicomp.os.testing.Skip;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Counters in the real kernel, here and in the virtual machine; needs root. */
@Tag("vm")
class BpfCountsTest {
  private static final int OWN_PID = Math.toIntExact(ProcessHandle.current().pid());
  private static final int PAGES = 500;

  @BeforeEach
  void needsTheKernel() {
    BpfSupport.require();
  }

  @Test
  void pageFaultsAreCountedPerProcess() throws IOException {
    try (BpfFaultCounts counts = BpfFaultCounts.open();
        Mapping mapping = Mapping.anonymous(4096L * PAGES, MemoryAdvice.NOHUGEPAGE)) {
      for (int page = 0; page < PAGES; page++) {
        mapping.segment().set(ValueLayout.JAVA_BYTE, 4096L * page, (byte) 1);
      }
      long[] own = counts.since().get(OWN_PID);
      assertTrue(own[0] >= PAGES, () -> own[0] + " faults");
      assertEquals(List.of("user", "kernel"), counts.kinds());
      assertEquals(0, counts.lost());
    } catch (NoSuchFileException e) {
      Skip.unless(false, "the kernel has no tracepoints of page faults: " + e.getMessage());
    }
  }

  @Test
  void reclaimOnlyGrows() throws IOException {
    try (BpfReclaimCounts counts = BpfReclaimCounts.open()) {
      Totals before = counts.totals();
      Totals grown = counts.totals().minus(before);
      assertTrue(
          grown.directReclaims() >= 0 && grown.scannedPages() >= 0 && grown.cgroupPages() >= 0,
          grown::toString);
    }
  }
}
