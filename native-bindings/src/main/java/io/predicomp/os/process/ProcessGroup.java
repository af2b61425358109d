package io.predicomp.os.process;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.libc.ProcessCalls;

/**
 * All processes of a group, which a signal reaches together.
 *
 * @param leader process id of the group's leader, above 1
 */
public record ProcessGroup(long leader) {
  private static final int SIGKILL = 9; // asm-generic/signal.h
  private static final int SIGTERM = 15; // asm-generic/signal.h

  /** Checks the number: to signal 0 or 1 would be to signal ourselves, or everybody. */
  public ProcessGroup {
    if (leader <= 1 || leader > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("no process group can be led by " + leader);
    }
  }

  /** Asks all to end; nothing if there is no such group. */
  public void terminate() {
    signal(SIGTERM);
  }

  /** Ends all; nothing if there is no such group. */
  public void kill() {
    signal(SIGKILL);
  }

  private void signal(int number) {
    int result = ProcessCalls.kill((int) -leader, number);
    if (result < 0 && result != -Errno.ESRCH.number()) {
      throw new ErrnoException("kill", -result, "group=" + leader + ", signal=" + number);
    }
  }
}
