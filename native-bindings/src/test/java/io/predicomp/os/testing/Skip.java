package io.predicomp.os.testing;

import org.junit.jupiter.api.Assumptions;

/** Leaves a test out, and says so where people look. */
public final class Skip {
  private Skip() {}

  /** Skips the running test if the condition does not hold. */
  public static void unless(boolean condition, String reason) {
    if (!condition) {
      System.out.println("SKIPPED: " + reason);
    }
    Assumptions.assumeTrue(condition, reason);
  }
}
