package io.predicomp.bench.cli;

import io.predicomp.bench.page.NamedPages;
import io.predicomp.workloads.cli.Refusal;
import io.predicomp.workloads.fill.PageFills;
import java.util.ArrayList;
import java.util.List;

/** Names of datasets as users write lists of them. */
final class Datasets {
  private Datasets() {}

  /** {@return the words of a list in which each may be {@code {a,b}}, {@code "a,b"} or a word} */
  static List<String> words(List<String> words) {
    List<String> names = new ArrayList<>();
    for (String word : words) {
      for (String name : word.replaceAll("[{}\"']", "").split(",", -1)) {
        if (!name.isBlank()) {
          names.add(name.strip());
        }
      }
    }
    return names;
  }

  /**
   * {@return the names}
   *
   * @param lifelike whether those count that only {@link NamedPages} knows, which take memory
   * @throws Refusal if one names no dataset
   */
  static List<String> parse(List<String> list, long seed, int pageBytes, boolean lifelike) {
    List<String> names = words(list);
    if (names.isEmpty()) {
      throw new Refusal("Invalid value for option '--dataset': it names no dataset.");
    }
    for (String name : names) {
      try {
        if (!lifelike) {
          PageFills.parse(name, seed, pageBytes);
        } else if (!NamedPages.isLifelike(name)) {
          NamedPages.parse(name, seed, pageBytes);
        }
      } catch (IllegalArgumentException e) {
        throw new Refusal("Invalid value for option '--dataset': " + e.getMessage() + ".");
      }
    }
    return names;
  }
}
