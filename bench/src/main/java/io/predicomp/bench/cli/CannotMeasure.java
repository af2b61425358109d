package io.predicomp.bench.cli;

import java.io.Serial;

/** A measurement failed for a reason that is no mistake of ours; the message is one sentence. */
final class CannotMeasure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  CannotMeasure(Throwable cause) {
    super(cause.getMessage(), cause);
  }
}
