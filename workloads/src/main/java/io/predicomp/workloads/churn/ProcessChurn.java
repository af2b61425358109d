package io.predicomp.workloads.churn;

import java.nio.file.Path;

/** What a worker makes over and over. Immutable. */
public sealed interface ProcessChurn {
  /** {@return the name of its command} */
  String name();

  /** Children that exit at once. */
  record ForkExit() implements ProcessChurn {
    @Override
    public String name() {
      return "fork_exit_storm";
    }
  }

  /**
   * Children that touch fresh memory of their own and exit.
   *
   * @param pages of the system's size
   */
  record ForkTouchExit(long pages) implements ProcessChurn {
    @Override
    public String name() {
      return "fork_touch_exit";
    }
  }

  /**
   * Children that are another program.
   *
   * @param program an executable file
   */
  record ForkExec(Path program) implements ProcessChurn {
    @Override
    public String name() {
      return "fork_exec_storm";
    }
  }
}
