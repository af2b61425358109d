package io.predicomp.controller.matrix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The workloads, and what a controller can do for each. */
public enum MatrixWorkload {
  ANON_STREAMER("anon_streamer", "--region-mb"),
  INTERACTIVE_BURST("interactive_burst", "--region-mb"),
  RANDOM_TOUCH_HEAP("random_touch_heap", "--region-mb"),
  MMAP_CHURN("mmap_churn", "--arena-region-mb"),
  FORK_EXIT_STORM("fork_exit_storm", ""),
  FORK_TOUCH_EXIT("fork_touch_exit", ""),
  FORK_EXEC_STORM("fork_exec_storm", "");

  private final String command;
  private final String regionOption;

  MatrixWorkload(String command, String regionOption) {
    this.command = command;
    this.regionOption = regionOption;
  }

  /** {@return its name on the command line} */
  public String command() {
    return command;
  }

  /** {@return the workload of that name, or empty} */
  public static Optional<MatrixWorkload> of(String command) {
    return List.of(values()).stream().filter(each -> each.command.equals(command)).findFirst();
  }

  /** {@return whether it compresses when asked; the others are only observed} */
  public boolean isTriggerable() {
    return !regionOption.isEmpty();
  }

  /** {@return what it is, in results} */
  String tier() {
    return isTriggerable() ? "triggerable" : "observe-only";
  }

  /** {@return its arguments} */
  List<String> arguments(MatrixSettings settings, String socket) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                command, "--duration-sec", Long.toString(settings.durationSeconds()), "--json"));
    settings
        .workers()
        .ifPresent(workers -> arguments.addAll(List.of("--workers", Long.toString(workers))));
    if (isTriggerable()) {
      arguments.addAll(
          List.of(
              "--use-mem-arena",
              "--controller-enroll",
              "--controller-sock",
              socket,
              "--compress-policy",
              "external"));
      settings
          .regionMebibytes()
          .ifPresent(size -> arguments.addAll(List.of(regionOption, Long.toString(size))));
    }
    return arguments;
  }
}
