package io.predicomp.arena;

import io.predicomp.arena.agent.AgentClock;
import io.predicomp.arena.agent.BackgroundLoops;
import io.predicomp.arena.page.AgedMemory;
import io.predicomp.arena.policy.DenseTierPolicy;
import java.util.List;

/** Background loops over memory that a test makes up. */
@SuppressWarnings("exports") // for tests of this module
public final class LoopsOver {
  private LoopsOver() {}

  /** The loops, stepped by the test; the arena has nothing to do with the memory. */
  public static BackgroundLoops memory(
      AgedMemory memory, CompressedArena arena, LoopConfig config, AgentClock clock) {
    return new BackgroundLoops(
        memory, arena.mover(), config, DenseTierPolicy.OFF, clock, List.of());
  }
}
