package io.predicomp.os.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;
import io.predicomp.os.process.ReclaimCounts.Totals;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcCountsTest {
  private static final int OWN_PID = Math.toIntExact(ProcessHandle.current().pid());
  private static final int PAGES = 500;

  @TempDir Path directory;

  @Test
  void faultsOfThisProcessAreCountedWithoutPrivilege() {
    try (ProcFaultCounts counts = new ProcFaultCounts();
        Mapping mapping = Mapping.anonymous(4096L * PAGES, MemoryAdvice.NOHUGEPAGE)) {
      for (int page = 0; page < PAGES; page++) {
        mapping.segment().set(ValueLayout.JAVA_BYTE, 4096L * page, (byte) 1);
      }
      long[] own = counts.since().get(OWN_PID);
      assertTrue(own[0] >= PAGES, () -> own[0] + " faults");
    }
  }

  @Test
  void reclaimIsSummedOverZones() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("vmstat"),
            """
            pgsteal_kswapd 5
            pgsteal_direct 7
            pgscan_kswapd 50
            pgscan_direct 70
            pgscan_direct_throttle 1000
            allocstall_normal 2
            allocstall_movable 3
            pageoutrun 4
            """);
    assertEquals(new Totals(5, 7, 0, 0, 4, 120, 12), new VmstatReclaimCounts(file).totals());
    assertTrue(new VmstatReclaimCounts().totals().scannedPages() >= 0);
  }
}
