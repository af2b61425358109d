package io.predicomp.arena.stress;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** {@link MappingExhaustion} in a process of its own, which a limit of its own holds. */
class MappingExhaustionTest {
  /** A mapping costs the kernel about 200 bytes; where very many are allowed, that adds up. */
  private static final int MOST_MAPPINGS = 300_000;

  @Test
  void whatCannotBeMappedIsSaidAndNothingIsLost() throws Exception {
    // At once: what is read of such a file in a second piece is empty.
    String limit = Files.readAllLines(Path.of("/proc/sys/vm/max_map_count")).getFirst();
    String reason =
        "vm.max_map_count is " + limit + ", too many to exhaust; at most " + MOST_MAPPINGS;
    if (Long.parseLong(limit) > MOST_MAPPINGS) {
      System.out.println("SKIPPED: " + reason);
      Assumptions.abort(reason);
    }
    // All that the JVM itself may want to map, it should have before.
    List<String> options =
        List.of("-XX:+UseSerialGC", "-Xms64m", "-Xmx64m", "-Xint", "-XX:+AlwaysPreTouch");
    System.out.print(ChildJvm.run(options, MappingExhaustion.class, limit));
  }
}
