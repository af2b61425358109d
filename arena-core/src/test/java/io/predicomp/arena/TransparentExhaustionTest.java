package io.predicomp.arena;

import io.predicomp.arena.stress.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link TransparentExhaustion} in a process of its own, which limits itself. */
class TransparentExhaustionTest {
  @Test
  void whatIsRefusedIsUndoneAndSaid() throws Exception {
    TransparentSupport.require();
    // All that the JVM itself may want, it should have before; stacks are what is too large.
    List<String> options =
        List.of(
            "-XX:+UseSerialGC",
            "-Xms32m",
            "-Xmx32m",
            "-Xint",
            "-XX:+AlwaysPreTouch",
            "-XX:ThreadStackSize=32768");
    System.out.print(ChildJvm.run(options, TransparentExhaustion.class));
  }
}
