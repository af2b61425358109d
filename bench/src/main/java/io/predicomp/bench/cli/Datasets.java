package io.predicomp.bench.cli;

import io.predicomp.workloads.cli.Refusal;
import io.predicomp.workloads.fill.PageFills;
import java.util.ArrayList;
import java.util.List;

/** Names of datasets as users write lists of them. */
final class Datasets {
  private Datasets() {}

  /**
   * {@return the names}
   *
   * @param words each a name, {@code {a,b}}, {@code "a,b"} or {@code a,b}
   * @throws Refusal if one names no dataset
   */
  static List<String> parse(List<String> words, long seed, int pageBytes) {
    List<String> names = new ArrayList<>();
    for (String word : words) {
      for (String name : word.replaceAll("[{}\"']", "").split(",", -1)) {
        if (!name.isBlank()) {
          names.add(name.strip());
        }
      }
    }
    if (names.isEmpty()) {
      throw new Refusal("Invalid value for option '--dataset': it names no dataset.");
    }
    for (String name : names) {
      try {
        PageFills.parse(name, seed, pageBytes);
      } catch (IllegalArgumentException e) {
        throw new Refusal("Invalid value for option '--dataset': " + e.getMessage() + ".");
      }
    }
    return names;
  }
}
