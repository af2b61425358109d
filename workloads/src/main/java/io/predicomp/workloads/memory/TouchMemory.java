package io.predicomp.workloads.memory;

import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.Phase;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The region of a workload. Thread-safe. */
public interface TouchMemory extends AutoCloseable {
  /** {@return access for the current thread only} */
  TouchTarget target();

  /**
   * Compresses the pages that are not in use, piece by piece, from where the last call stopped
   * until all were visited or {@code goOn} says no. Not by two threads at once. Does nothing
   * without arena.
   */
  void compress(BooleanSupplier goOn);

  /** Says what comes; see {@code Region.hint}. Does nothing without background loops. */
  default void hint(Phase phase) {}

  /** {@return what the arena holds and has done, or nothing without arena} */
  Optional<ArenaStats> stats();

  /**
   * {@return the share of a part of the region that is in memory now, 0 to 1; 1 without arena}
   *
   * @param offset bytes from the start of the region, a multiple of the page
   * @param length bytes, a multiple of the page
   */
  default double residentShare(long offset, long length) {
    return 1;
  }

  @Override
  void close();
}
