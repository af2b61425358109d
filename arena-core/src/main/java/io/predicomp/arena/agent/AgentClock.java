package io.predicomp.arena.agent;

import io.predicomp.os.process.ThreadCpuClock;

/** Time as agents see it, replaceable in tests. */
public interface AgentClock {
  AgentClock SYSTEM =
      new AgentClock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public long ofSystem(long systemNanos) {
          return systemNanos;
        }

        @Override
        public long cpuNanos() {
          return ThreadCpuClock.currentThreadNanos();
        }
      };

  /** A monotonic clock, in nanoseconds. */
  long nanoTime();

  /** A moment of {@link System#nanoTime()} on this clock, as long ago as it is there. */
  default long ofSystem(long systemNanos) {
    return nanoTime() - (System.nanoTime() - systemNanos);
  }

  /** CPU time of the calling thread, in nanoseconds. */
  long cpuNanos();
}
