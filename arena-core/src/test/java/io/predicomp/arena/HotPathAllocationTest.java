package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.stress.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Operations allocate nothing, and not only where C2 inlines all of them: in a JVM that has no
 * escape analysis, so that every object a method makes is on the heap.
 */
class HotPathAllocationTest {
  @Test
  void nothingIsAllocatedEvenWithoutEscapeAnalysis() throws Exception {
    List<String> figures =
        ChildJvm.run(List.of("-XX:TieredStopAtLevel=1"), HotPathAllocation.class).lines().toList();
    assertTrue(figures.size() > 60, figures.toString());
    for (String figure : figures) {
      if (figure.contains(HotPathAllocation.CONTROL)) {
        assertFalse(figure.startsWith("0 "), figure);
      } else {
        assertTrue(figure.startsWith("0 "), figure + " in " + HotPathAllocation.STEPS + " calls");
      }
    }
  }
}
