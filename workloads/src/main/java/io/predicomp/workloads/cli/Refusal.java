package io.predicomp.workloads.cli;

import java.io.Serial;

/** The user asked for what cannot be; the message is one sentence that says what to change. */
public final class Refusal extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  public Refusal(String sentence) {
    super(sentence);
  }

  /** As picocli words the refusals that are its own. */
  public static Refusal ofValue(String option, Object value, String why) {
    return new Refusal("Invalid value for option '%s': '%s' %s.".formatted(option, value, why));
  }
}
