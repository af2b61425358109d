package io.predicomp.arena;

import io.predicomp.arena.stress.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link MemoryExhaustion} in a process of its own, which limits itself. */
class MemoryExhaustionTest {
  @Test
  void memoryThatIsRefusedIsSaidAndNothingIsLost() throws Exception {
    // All that the JVM itself may want, it should have before.
    List<String> options =
        List.of("-XX:+UseSerialGC", "-Xms64m", "-Xmx64m", "-Xint", "-XX:+AlwaysPreTouch");
    System.out.print(ChildJvm.run(options, MemoryExhaustion.class));
  }
}
