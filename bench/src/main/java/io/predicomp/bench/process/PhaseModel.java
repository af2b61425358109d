package io.predicomp.bench.process;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a process does with its region. */
public enum PhaseModel {
  /** Fill, compress, read every page back once in order. */
  SINGLE_BULK(false),
  /** Fill, use a part, compress, rest, read every page back once in order. */
  HOT_IDLE_FULL_REREAD(false),
  /** Fill, use a part, compress, rest, read a part back in order, then pages at random. */
  HOT_IDLE_PARTIAL_RANDOM(true);

  private final boolean partial;

  PhaseModel(boolean partial) {
    this.partial = partial;
  }

  /** {@return whether a part is used before, and the process rests after compression} */
  boolean rests() {
    return this != SINGLE_BULK;
  }

  /** {@return whether only parts are read back} */
  boolean isPartial() {
    return partial;
  }

  /** {@return the name on the command line} */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * {@return the model of that name}
   *
   * @throws IllegalArgumentException if there is none; the message lists them
   */
  public static PhaseModel of(String label) {
    return Arrays.stream(values())
        .filter(model -> model.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'" + label + "' is not one of " + String.join(", ", labels())));
  }

  /** {@return all names} */
  public static List<String> labels() {
    return Arrays.stream(values()).map(PhaseModel::label).collect(Collectors.toList());
  }
}
