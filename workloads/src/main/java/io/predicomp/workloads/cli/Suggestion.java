package io.predicomp.workloads.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a user is told of a mistyped option or command. */
final class Suggestion {
  /** A word that needs more changes than one in so many letters is another word. */
  private static final int LETTERS_PER_CHANGE = 3;

  private Suggestion() {}

  /**
   * {@return the exception's message, or for what is unknown the nearest option or command, or
   * where all are listed if none is near}
   */
  static String explain(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return e.getMessage();
    }
    String typed = unmatched.getUnmatched().getFirst().split("=", 2)[0];
    CommandSpec spec = e.getCommandLine().getCommandSpec();
    boolean isOption = typed.startsWith("-");
    String kind = isOption ? "option" : spec.subcommands().isEmpty() ? "argument" : "command";
    return "Unknown %s: '%s'; ".formatted(kind, typed)
        + nearest(typed, isOption ? spec.optionsMap().keySet() : spec.subcommands().keySet())
            .map("did you mean '%s'?"::formatted)
            .orElse("%s --help lists what there is.".formatted(spec.qualifiedName()));
  }

  private static Optional<String> nearest(String typed, Collection<String> names) {
    return names.stream()
        .filter(name -> changes(typed, name) * LETTERS_PER_CHANGE <= typed.length())
        .min(Comparator.comparingInt((String name) -> changes(typed, name)));
  }

  /** How many letters to insert, remove or replace (Levenshtein). */
  static int changes(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
