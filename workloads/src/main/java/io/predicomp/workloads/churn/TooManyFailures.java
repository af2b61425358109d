package io.predicomp.workloads.churn;

import java.io.Serial;

/** More attempts to make a child failed than may; the message is one sentence. */
public final class TooManyFailures extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  TooManyFailures(String sentence) {
    super(sentence);
  }
}
