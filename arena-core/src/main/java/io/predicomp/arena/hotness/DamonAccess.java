package io.predicomp.arena.hotness;

import io.predicomp.os.damon.Damon;
import io.predicomp.os.damon.DamonStart;
import io.predicomp.os.damon.DamonStart.Cause;
import io.predicomp.os.damon.DamonStart.Refused;
import io.predicomp.os.damon.MonitoringAttributes;
import java.util.Optional;

/**
 * Asks for DAMON on behalf of this process. Who was not told to use it takes it only where there is
 * no kdamond at all and the machine's owner allows it, because it is one for all.
 */
public final class DamonAccess implements DamonHotness.Watcher {
  private final Damon damon;
  private final boolean told;
  private final Optional<String> missingPermission;

  private DamonAccess(Damon damon, boolean told, Optional<String> missingPermission) {
    this.damon = damon;
    this.told = told;
    this.missingPermission = missingPermission;
  }

  /** For who was told to use DAMON. */
  public static DamonAccess told(Damon damon) {
    return new DamonAccess(damon, true, Optional.empty());
  }

  /**
   * For who was not.
   *
   * @param missingPermission why it may not, in one sentence; empty if it may
   */
  public static DamonAccess untold(Damon damon, Optional<String> missingPermission) {
    return new DamonAccess(damon, false, missingPermission);
  }

  @Override
  public DamonStart watch(long start, long end, MonitoringAttributes attributes) {
    if (!told) {
      Optional<Refused> obstacle = damon.obstacle();
      if (obstacle.isPresent()) {
        return obstacle.get().cause() == Cause.LEFT_BEHIND
            ? new Refused(
                Cause.LEFT_BEHIND,
                obstacle.get().sentence() + " Ask for DAMON by name to replace it.")
            : obstacle.get();
      }
      if (missingPermission.isPresent()) {
        return new Refused(Cause.NO_PERMISSION, missingPermission.get());
      }
    }
    return damon.watch(ProcessHandle.current().pid(), start, end, attributes);
  }
}
