package io.predicomp.arena.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.SystemPage;
import io.predicomp.os.memory.Residency;
import java.util.SplittableRandom;
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
