package io.predicomp.bench.cli;

import io.predicomp.arena.codec.Codecs;
import io.predicomp.workloads.cli.Refusal;

/** {@code --codec}. */
final class Codec {
  private Codec() {}

  /**
   * @throws Refusal if there is no such codec, or it cannot be used here
   */
  static void require(String name) {
    try {
      Codecs.parse(name);
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      throw new Refusal("Invalid value for option '--codec': " + e.getMessage() + ".");
    }
  }
}
