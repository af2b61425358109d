package io.predicomp.arena.stress;

import java.time.Duration;

/** How long a stress test runs: a second in every build, longer on demand. */
public final class SoakTime {
  private static final Duration SHORT = Duration.ofSeconds(1);

  private SoakTime() {}

  /** {@code -Dpredicomp.soak.seconds=N}, or a second. */
  public static Duration each() {
    String seconds = System.getProperty("predicomp.soak.seconds", "");
    return seconds.isBlank() ? SHORT : Duration.ofSeconds(Long.parseLong(seconds));
  }
}
