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
        public long cpuNanos() {
          return ThreadCpuClock.currentThreadNanos();
        }
      };

  /** A monotonic clock, in nanoseconds. */
  long nanoTime();

  /** CPU time of the calling thread, in nanoseconds. */
  long cpuNanos();
}
