package io.predicomp.workloads.run;

import io.predicomp.workloads.memory.Difference;
import java.util.Optional;

/**
 * What reading everything back gave.
 *
 * @param status {@code ok}, {@code failed}, {@code off} or, after an interruption, {@code skipped}
 * @param pages pages that were read back and are right
 * @param difference the first wrong page, if any
 */
public record Verification(String status, long pages, Optional<Difference> difference) {
  static final Verification OFF = new Verification("off", 0, Optional.empty());

  static final Verification SKIPPED = new Verification("skipped", 0, Optional.empty());

  static Verification passed(long pages) {
    return new Verification("ok", pages, Optional.empty());
  }

  static Verification failed(Difference difference) {
    return new Verification("failed", 0, Optional.of(difference));
  }
}
