package io.predicomp.workloads.run;

import io.predicomp.arena.ArenaStats;
import io.predicomp.os.memory.SmapsRollup;
import io.predicomp.workloads.memory.TouchMemory;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Compresses the region and remembers what memory looked like afterwards: the moment that tells
 * what the arena is worth. Thread-safe.
 */
final class Demotions implements DemotionPass {
  private final Optional<TouchMemory> memory;
  private Optional<SmapsRollup> resident = Optional.empty();
  private Optional<ArenaStats> stats = Optional.empty();
  private long count;
  private long nanos;

  Demotions(Optional<TouchMemory> memory) {
    this.memory = memory;
  }

  @Override
  public synchronized void run(BooleanSupplier goOn) {
    if (memory.isEmpty()) {
      return;
    }
    long start = System.nanoTime();
    memory.get().compress(goOn);
    nanos += System.nanoTime() - start;
    count++;
    resident = Optional.of(SmapsRollup.read());
    stats = memory.get().stats();
  }

  /** Memory of the process after the last one. */
  synchronized Optional<SmapsRollup> resident() {
    return resident;
  }

  /** The arena after the last one. */
  synchronized Optional<ArenaStats> stats() {
    return stats;
  }

  synchronized long count() {
    return stats.isPresent() ? count : 0;
  }

  /** Time they took. */
  synchronized long nanos() {
    return stats.isPresent() ? nanos : 0;
  }
}
