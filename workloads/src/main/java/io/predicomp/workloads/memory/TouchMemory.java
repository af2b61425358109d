package io.predicomp.workloads.memory;

import io.predicomp.arena.ArenaStats;
import java.util.Optional;

/** The region of a workload. Thread-safe. */
public interface TouchMemory extends AutoCloseable {
  /** {@return access for the current thread only} */
  TouchTarget target();

  /** Compresses every page that is not in use; returns pages that left memory, 0 without arena. */
  long compressAll();

  /** {@return what the arena holds and has done, or nothing without arena} */
  Optional<ArenaStats> stats();

  @Override
  void close();
}
