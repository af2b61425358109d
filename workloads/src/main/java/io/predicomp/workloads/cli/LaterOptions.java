package io.predicomp.workloads.cli;

import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Options of the predecessor that need what does not exist yet. They are known, so that scripts
 * written for it are told why they cannot run, and hidden from help.
 */
final class LaterOptions {
  private static final Set<String> CONTROLLER_FLAGS = Set.of("--controller-enroll");
  private static final Set<String> CONTROLLER_WITH_VALUE =
      Set.of("--controller-sock", "--compress-policy");

  private LaterOptions() {}

  static void addTo(CommandSpec spec) {
    CONTROLLER_FLAGS.forEach(name -> spec.addOption(option(name, "0")));
    CONTROLLER_WITH_VALUE.forEach(name -> spec.addOption(option(name, "0..1")));
  }

  private static OptionSpec option(String name, String arity) {
    return OptionSpec.builder(name).arity(arity).type(String.class).hidden(true).build();
  }

  /**
   * @throws Refusal if one was given
   */
  static void check(List<OptionSpec> given) {
    for (OptionSpec option : given) {
      String name = option.longestName();
      if (CONTROLLER_FLAGS.contains(name) || CONTROLLER_WITH_VALUE.contains(name)) {
        throw new Refusal("Option '" + name + "' is not available: there is no controller yet.");
      }
    }
  }
}
