package io.predicomp.workloads.run;

import java.util.concurrent.locks.LockSupport;

/** Time and waiting, replaceable in tests. */
public interface Clock {
  /** The machine's. */
  Clock SYSTEM =
      new Clock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void park(long nanos) {
          LockSupport.parkNanos(nanos);
        }
      };

  /** {@return nanoseconds since some fixed moment} */
  long nanoTime();

  /** Waits about {@code nanos} nanoseconds, or less. */
  void park(long nanos);
}
