package io.predicomp.arena.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.SystemPage;
import io.predicomp.os.memory.Residency;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What the pool says it holds, against what the kernel says is resident. */
class GiveBackTest {
  @Test
  void freedMemoryGoesBackToTheOs() {
    var random = new SplittableRandom(9);
    try (var model = new PoolModel(64 << 20)) {
      while (model.pool.payloadBytes() < 8 << 20) {
        assertTrue(model.store(random.nextInt(1000, 3900), random.nextLong()));
      }
      long full = residentBytes(model.pool);
      assertTrue(full >= model.pool.payloadBytes());
      assertTrue(full <= model.pool.poolBytes(), "resident " + full);

      while (model.owners.size() > 200) {
        model.free(random.nextInt(model.owners.size()));
      }
      model.pool.drainFreed();
      while (model.compact(random, 0, 100) > 0) {
        model.check();
      }
      long sparse = residentBytes(model.pool);
      assertTrue(sparse <= model.pool.poolBytes(), "resident " + sparse);
      assertTrue(sparse < full / 8, "resident " + sparse + " of " + full);

      while (!model.owners.isEmpty()) {
        model.free(0);
      }
      model.pool.drainFreed();
      model.check();
      assertEquals(0, model.pool.payloadBytes());
      assertEquals(0, model.pool.fragmentedBytes());
      assertTrue(residentBytes(model.pool) <= 32 * SystemPage.SIZE);
    }
  }

  @Test
  void whatFillingEmptiesStaysUntilItEnds() {
    try (var model = new PoolModel(64 << 20)) {
      model.pool.beginFilling();
      model.pool.beginFilling();
      for (int i = 0; i < 2000; i++) {
        assertTrue(model.store(2000, i));
      }
      long full = model.pool.poolBytes();
      while (!model.owners.isEmpty()) {
        model.free(0);
      }
      model.pool.drainFreed();
      model.check();
      assertEquals(full, model.pool.poolBytes());
      for (int i = 0; i < 2000; i++) {
        assertTrue(model.store(2000, i));
      }
      assertEquals(full, model.pool.poolBytes());
      model.pool.endFilling();
      assertEquals(full, model.pool.poolBytes());

      model.pool.endFilling();

      model.check();
      assertTrue(cachedBytes(model.pool) <= 4 * SystemPage.SIZE);
      while (!model.owners.isEmpty()) {
        model.free(0);
      }
      model.pool.drainFreed();
      assertTrue(residentBytes(model.pool) <= 32 * SystemPage.SIZE);
    }
  }

  /** Whoever fills takes memory ahead, but never beyond the limit, and gives it up for a slab. */
  @Test
  void fillingKeepsToTheLimit() {
    try (var model = new PoolModel(1 << 20)) {
      model.pool.beginFilling();
      var random = new SplittableRandom(3);
      int refused = 0;
      for (int i = 0; i < 5000; i++) {
        refused += model.store(random.nextInt(100, 3900), i) ? 0 : 1;
        if (i % 3 == 0) {
          model.free(random.nextInt(model.owners.size()));
        }
        if (i % 64 == 0) {
          model.pool.drainFreed();
          model.check();
        }
        assertTrue(model.pool.poolBytes() <= 1 << 20);
      }
      assertTrue(refused > 0);
      model.pool.endFilling();
      model.check();
    }
  }

  @Test
  void aPoolMayBeClosedWhileItIsFilled() {
    var pool = CompressedPool.create(1 << 20);
    pool.beginFilling();
    long handle = pool.store(1, MemorySegment.ofArray(new byte[4000]), 0, 4000);
    assertTrue(handle > 0);
    pool.free(handle, 4000);
    assertEquals(1, pool.drainFreed());
    assertTrue(cachedBytes(pool) > 4 * SystemPage.SIZE);
    pool.close();
    pool.endFilling();
  }

  private static long cachedBytes(CompressedPool pool) {
    return pool.freeBytes() - pool.fragmentedBytes();
  }

  /** It is counted as held, used for what comes next, and given back as soon as the kernel will. */
  @Test
  void memoryThatTheKernelDoesNotTakeStaysUsable() {
    var failing = new AtomicBoolean(true);
    try (var model = new PoolModel(FaultyPool.create(64 << 20, failing::get))) {
      for (int i = 0; i < 2000; i++) {
        assertTrue(model.store(2000, i));
      }
      long full = model.pool.poolBytes();
      while (!model.owners.isEmpty()) {
        model.free(0);
      }
      assertEquals(2000, model.pool.drainFreed());
      assertTrue(model.pool.discardsFailed() > 0);
      assertEquals(full, model.pool.poolBytes());
      model.check();

      for (int i = 0; i < 2000; i++) {
        assertTrue(model.store(2000, i));
      }
      assertEquals(full, model.pool.poolBytes(), "the same memory");
      model.check();
      while (!model.owners.isEmpty()) {
        model.free(0);
      }
      failing.set(false);
      model.pool.drainFreed();
      model.check();
      assertTrue(residentBytes(model.pool) <= 32 * SystemPage.SIZE);
    }
  }

  @Test
  void anUnusedPoolHoldsNextToNothing() {
    try (var pool = CompressedPool.create(1L << 30)) {
      assertTrue(residentBytes(pool) <= 2 * SystemPage.SIZE);
      assertTrue(pool.poolBytes() < 16 << 10, "pool bytes " + pool.poolBytes());
    }
  }

  private static long residentBytes(CompressedPool pool) {
    return Residency.residentBytes(pool.memory());
  }
}
