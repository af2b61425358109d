package io.predicomp.os.feature;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;

/** What the failure of a system call says about a feature. */
final class Refusal {
  private Refusal() {}

  /**
   * {@return what that failure means}
   *
   * @param oldKernel remedy if the kernel does not know the call or its arguments
   * @param denied remedy if the process may not make the call
   */
  static ProbeResult of(ErrnoException failure, String oldKernel, String denied) {
    return switch (failure.errno().orElse(Errno.EIO)) {
      // A seccomp filter may answer ENOSYS as well as EPERM.
      case ENOSYS -> new ProbeResult.Unsupported(failure.getMessage(), oldKernel + "; " + denied);
      case EINVAL, EOPNOTSUPP, E2BIG, ENODEV ->
          new ProbeResult.Unsupported(failure.getMessage(), oldKernel);
      case EPERM, EACCES -> new ProbeResult.Unsupported(failure.getMessage(), denied);
      default -> new ProbeResult.Unknown(failure.getMessage());
    };
  }
}
