package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.stress.ChildJvm;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@link ContextExhaustion} in a process of its own, whose contexts nobody has created yet. */
class ContextExhaustionTest {
  @Test
  void contextsWithoutMemoryAreSaidAndNothingIsLost() throws Exception {
    Optional<String> obstacle =
        TransparentArena.obstacle(ArenaConfig.builder().codec(Codecs.parse("zstd-3")).build());
    obstacle.ifPresent(reason -> System.out.println("SKIPPED in transparent mode: " + reason));
    String said =
        obstacle.isPresent()
            ? ChildJvm.run(List.of(), ContextExhaustion.class)
            : ChildJvm.run(List.of(), ContextExhaustion.class, "transparent");
    assertTrue(said.contains("nothing lost"), said);
  }
}
