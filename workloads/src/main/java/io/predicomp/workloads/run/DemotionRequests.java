package io.predicomp.workloads.run;

import io.predicomp.arena.ArenaStats;
import java.util.Optional;

/** Asks from outside the process to compress the region. Thread-safe. */
public interface DemotionRequests {
  /** Nobody asks. */
  DemotionRequests NONE =
      new DemotionRequests() {
        @Override
        public boolean replaceOwn() {
          return false;
        }

        @Override
        public boolean isPending() {
          return false;
        }

        @Override
        public long take() {
          return 0;
        }

        @Override
        public void answer(long request, Optional<ArenaStats> stats) {
          throw new IllegalStateException("nobody asked");
        }
      };

  /** {@return whether the workload compresses on request only, and not by itself} */
  boolean replaceOwn();

  /** {@return whether a request waits to be taken} */
  boolean isPending();

  /** {@return the number of a request, now the caller's to answer, or 0} */
  long take();

  /** Says that the request was carried out, and how the arena is afterwards. */
  void answer(long request, Optional<ArenaStats> stats);
}
