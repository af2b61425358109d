package io.predicomp.arena.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CompactionTest {
  private final SplittableRandom random = new SplittableRandom(5);
  private PoolModel model;

  @BeforeEach
  void aPoolFullOfHoles() {
    model = new PoolModel(16 << 20);
    for (int i = 0; i < 3000; i++) {
      assertTrue(model.store(random.nextInt(1500, 2600), i));
    }
    for (int i = 0; i < 2000; i++) {
      model.free(random.nextInt(model.owners.size()));
    }
    model.pool.drainFreed();
  }

  @AfterEach
  void close() {
    model.close();
  }

  @Test
  void compactionWinsBackTheHoles() {
    long before = model.pool.poolBytes();
    while (model.compact(random, 0, 64) > 0) {
      model.check();
    }
    long after = model.pool.poolBytes();
    assertTrue(
        model.pool.fragmentedBytes() < 0.12 * after,
        "fragmented " + model.pool.fragmentedBytes() + " of " + after);
    assertTrue(after < 0.6 * before, "held " + before + ", then " + after);
    assertTrue(model.pool.compactions() > 1);
  }

  @Test
  void movesAreBounded() {
    assertEquals(0, model.compact(random, 0, 0));
    assertEquals(0, model.pool.compactions());
    int moved = model.compact(random, 0, 10);
    assertTrue(moved > 0 && moved <= 10, "moved " + moved);
    model.check();
  }

  @Test
  void refusalsLeaveEverythingWhereItIs() {
    long before = model.pool.poolBytes();
    assertEquals(0, model.compact(random, 1, Integer.MAX_VALUE));
    model.check();
    assertEquals(before, model.pool.poolBytes());
    for (int i = 0; i < 50; i++) {
      int _ = model.compact(random, 0.5, 40);
      model.check();
    }
    assertTrue(model.pool.poolBytes() < before);
  }

  @Test
  void anExceptionOfTheRelocatorLeavesThePoolConsistent() {
    var failure = new ArithmeticException("relocator failed");
    Relocator failing =
        (owner, from, to, length) -> {
          throw failure;
        };
    var thrown = assertThrows(ArithmeticException.class, () -> model.pool.compact(failing, 10));
    assertEquals(failure, thrown);
    model.check();
  }

  /** The page is freed while compaction looks at it: the relocator says no, the free counts. */
  @Test
  void anObjectFreedDuringItsMoveIsFreedOnce() {
    long objects = model.pool.objects();
    int moved =
        model.pool.compact(
            (owner, from, to, length) -> {
              model.pool.free(from, length);
              model.stored.remove(owner);
              model.owners.remove(owner);
              return false;
            },
            20);
    assertEquals(0, moved);
    assertEquals(objects - 20, model.pool.objects());
    model.check();
    assertEquals(20, model.pool.drainFreed());
    model.check();
  }
}
