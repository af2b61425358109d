package io.predicomp.arena.stress;

import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.Region;
import io.predicomp.arena.TransparentSupport;
import io.predicomp.arena.stress.Unstable.Accesses;
import java.lang.management.ManagementFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Owned words, evictor at full speed, and compiled accesses that are thrown away again and again:
 * in checked mode the order of pin, state, data and unpin has to survive the way from compiled code
 * to the interpreter and back, in transparent mode the fault.
 */
class DeoptimisationStressTest {
  private static final int PAGE = 4096;
  private static final long BYTES = 16 * PAGE;
  private static final int OWNERS = 3;
  private static final long SHAKE_EVERY_NANOS = 2_000_000;
  private static final long LEAST_SHAKES = 20;

  private final Queue<StormyWords> storms = new ConcurrentLinkedQueue<>();
  private final LongAdder shakes = new LongAdder();

  @Test
  void cursors() throws InterruptedException {
    owners(
        "deoptimised cursors, 16 pages",
        Accesses.CHECKED,
        arena -> arena.allocateRegion(BYTES)::cursor);
  }

  @Test
  void region() throws InterruptedException {
    owners(
        "deoptimised region, 16 pages",
        Accesses.CHECKED,
        arena -> {
          Region region = arena.allocateRegion(BYTES);
          return () -> region;
        });
  }

  /** The instruction that faults may belong to a compilation that is given up meanwhile. */
  @Test
  void transparent() throws InterruptedException {
    TransparentSupport.require();
    owners(
        "deoptimised transparent, 16 pages",
        Accesses.PLAIN,
        arena -> {
          Unstable.Longs longs = new Unstable.Longs(arena.transparent().allocate(BYTES, PAGE));
          return () -> longs;
        });
  }

  /**
   * @param memory allocates it; what it returns is asked by each owner for its access
   */
  private void owners(
      String test, Accesses accesses, Function<CompressedArena, Supplier<Object>> memory)
      throws InterruptedException {
    Queue<WordOwner> owners = new ConcurrentLinkedQueue<>();
    long compiledBefore = compileMillis();
    try (CompressedArena arena = CompressedArena.open()) {
      Supplier<Object> access = memory.apply(arena);
      Crew crew =
          new Crew().add("evictor", () -> arena::compressAll).add("storm", () -> this::shakeAll);
      for (int i = 0; i < OWNERS; i++) {
        int index = i;
        crew.add(
            "owner " + i,
            () -> {
              StormyWords words = new StormyWords(access.get(), accesses);
              storms.add(words);
              WordOwner owner = new WordOwner(words, BYTES, index, OWNERS);
              owners.add(owner);
              return () -> {
                words.renewIfWorn();
                owner.round();
              };
            });
      }
      crew.run(SoakTime.each(), () -> Exposure.isEnough(arena) && shakes.sum() > LEAST_SHAKES);
      System.out.printf(
          "%d deoptimisations, %d ms of compilation; ",
          shakes.sum(), compileMillis() - compiledBefore);
      Exposure.print(test, arena, owners.stream().mapToLong(WordOwner::accesses).sum());
    }
  }

  private void shakeAll() {
    LockSupport.parkNanos(SHAKE_EVERY_NANOS);
    for (StormyWords words : storms) {
      words.shake();
      shakes.increment();
    }
  }

  private static long compileMillis() {
    return ManagementFactory.getCompilationMXBean().getTotalCompilationTime();
  }

  /** Takes a new copy when the storm has worn the old one out. */
  private static final class StormyWords implements Words {
    private final Object memory;
    private final Accesses accesses;
    private volatile Unstable shaken;
    private volatile int shakesLeft;
    private Unstable words;

    StormyWords(Object memory, Accesses accesses) throws Exception {
      this.memory = memory;
      this.accesses = accesses;
      renew();
    }

    private void renew() throws Exception {
      words = Unstable.of(memory, accesses);
      shakesLeft = Unstable.MOST_SHAKES;
      shaken = words;
    }

    void renewIfWorn() throws Exception {
      if (shakesLeft <= 0) {
        renew();
      }
    }

    /** By the storm only. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // lost counts do not matter
    void shake() {
      shaken.shake();
      shakesLeft--;
    }

    @Override
    public long get(long offset) {
      return words.get(offset);
    }

    @Override
    public void set(long offset, long value) {
      words.set(offset, value);
    }
  }
}
