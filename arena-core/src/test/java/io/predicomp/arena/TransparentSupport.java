package io.predicomp.arena;

import org.junit.jupiter.api.Assumptions;

/** Leaves tests of transparent mode out where it cannot be used, and says so where people look. */
public final class TransparentSupport {
  private TransparentSupport() {}

  /** Skips the running test, or class of tests, without transparent mode. */
  public static void require() {
    try (CompressedArena arena = CompressedArena.open()) {
      arena.transparent().close();
    } catch (UnsupportedOperationException e) {
      System.out.println("SKIPPED: " + e.getMessage());
      Assumptions.abort(e.getMessage());
    }
  }
}
