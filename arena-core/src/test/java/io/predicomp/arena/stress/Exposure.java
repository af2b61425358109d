package io.predicomp.arena.stress;

import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.CompressedArena;
import java.util.Locale;

/** How often a run met what it is about. A pass without exposure would mean nothing. */
final class Exposure {
  private static final long LEAST_DEMOTIONS = 200;
  private static final long LEAST_RESTORES = 200;

  private Exposure() {}

  /** Whether there was enough for a short run. */
  static boolean isEnough(CompressedArena arena) {
    ArenaStats stats = arena.stats();
    return stats.demotions().demoted() >= LEAST_DEMOTIONS
        && stats.restores().total() >= LEAST_RESTORES;
  }

  static void print(String test, CompressedArena arena, long accesses) {
    ArenaStats s = arena.stats();
    System.out.println(
        String.format(
            Locale.ROOT,
            "%s: %d accesses, %d demoted (%d clean, %d same-filled), kept %d pinned and %d rescued,"
                + " restores %d demand %d requested %d pressure, %d rescues",
            test,
            accesses,
            s.demotions().demoted(),
            s.demotions().clean(),
            s.demotions().sameFilled(),
            s.demotions().pinned(),
            s.demotions().rescued(),
            s.restores().demand(),
            s.restores().requested(),
            s.restores().pressure(),
            s.restores().rescues()));
  }
}
