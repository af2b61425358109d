package io.predicomp.workloads.memory;

import java.util.Locale;

/** How a workload reaches its pages on the arena. */
public enum ArenaAccess {
  /** Through a cursor, which checks each access. */
  CHECKED,
  /** As plain memory, whose absent pages fault. */
  TRANSPARENT;

  /**
   * Which access a run has.
   *
   * @param reason why, in a few words
   */
  public record Choice(ArenaAccess access, String reason) {}

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
