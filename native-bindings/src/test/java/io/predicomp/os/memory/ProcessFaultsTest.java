package io.predicomp.os.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.SystemPage;
import org.junit.jupiter.api.Test;

class ProcessFaultsTest {
  @Test
  void everyFirstTouchIsAMinorFault() {
    int pages = 2_000;
    try (Mapping mapping = Mapping.anonymous(pages * SystemPage.SIZE, MemoryAdvice.NOHUGEPAGE)) {
      ProcessFaults before = ProcessFaults.now();
      mapping.segment().fill((byte) 1);
      ProcessFaults faults = ProcessFaults.now().since(before);
      assertTrue(faults.minor() >= pages, () -> faults + " for " + pages + " pages");
      assertTrue(faults.major() >= 0);
    }
  }

  @Test
  void countsAreSubtracted() {
    assertEquals(new ProcessFaults(5, 2), new ProcessFaults(15, 3).since(new ProcessFaults(10, 1)));
  }
}
