package io.predicomp.bench.rival;

import java.io.Serial;

/** A rival cannot take part here; the message says why, and what to do about it. */
public final class Unavailable extends Exception {
  @Serial private static final long serialVersionUID = 1;

  Unavailable(String message) {
    super(message);
  }
}
