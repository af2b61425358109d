package io.predicomp.bench.arrow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.TransparentArena;
import java.lang.foreign.Arena;
import java.util.Optional;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ArenaAllocationsTest {
  private static final ArenaConfig CONFIG = ArenaConfig.builder().checksums(true).build();
  private static final int ROWS = 2 * Orders.BATCH;

  @BeforeAll
  static void needsUserfaultfd() {
    Optional<String> obstacle = TransparentArena.obstacle(CONFIG);
    obstacle.ifPresent(reason -> System.out.println("SKIPPED: " + reason));
    Assumptions.assumeTrue(obstacle.isEmpty(), () -> obstacle.orElseThrow());
  }

  @Test
  void vectorsAreReadFromCompressedPages() {
    try (BufferAllocator plainMemory = ArenaAllocations.allocator(Arena::ofShared);
        Orders plain = new Orders(plainMemory, ROWS);
        CompressedArena arena = CompressedArena.open(CONFIG);
        BufferAllocator memory = ArenaAllocations.allocator(arena::openTransparent);
        Orders table = new Orders(memory, ROWS)) {
      long pages = arena.compressAll();

      ArenaStats cold = arena.stats();
      // The amounts stay: LZ4 gains nothing on random numbers.
      assertTrue(pages * CONFIG.pageBytes() >= table.bytes() / 10 * 9, cold.toString());
      assertTrue(cold.pages().resident() <= pages / 5, cold.toString());
      assertEquals(plain.scan(), table.scan());
      for (int batch = 0; batch < plain.batches().size(); batch++) {
        assertTrue(plain.batches().get(batch).equals(table.batches().get(batch)));
      }
      ArenaStats warm = arena.stats();
      assertTrue(warm.demandRestores() > 0 && warm.stall().events() > 0, warm.toString());
    }
  }

  @Test
  void vectorsGrowAndChangeWhileTheirPagesAreCold() {
    try (CompressedArena arena = CompressedArena.open(CONFIG);
        BufferAllocator memory = ArenaAllocations.allocator(arena::openTransparent);
        BigIntVector vector = new BigIntVector("v", memory)) {
      for (int i = 0; i < 300_000; i++) {
        if (i % 50_000 == 0) {
          arena.compressAll();
        }
        vector.setSafe(i, i);
      }
      vector.setValueCount(300_000);
      arena.compressAll();
      for (int i = 0; i < 300_000; i += 1000) {
        vector.set(i, -i);
      }
      arena.compressAll();
      for (int i = 0; i < 300_000; i++) {
        assertEquals(i % 1000 == 0 ? -i : i, vector.get(i));
      }
    }
  }

  @Test
  void buffersGiveTheirMemoryBackAndWhatIsStillHeldIsNamed() {
    try (CompressedArena arena = CompressedArena.open(CONFIG)) {
      BufferAllocator memory = ArenaAllocations.allocator(arena::openTransparent);
      ArrowBuf large = memory.buffer(1 << 20);
      ArrowBuf small = memory.buffer(100);
      large.setLong(0, 42);
      arena.compressAll();
      ArrowBuf slice = large.slice(0, 8);
      slice.getReferenceManager().retain();
      large.close();
      assertEquals(42, slice.getLong(0));
      slice.close();
      small.close();
      assertEquals(0, arena.stats().pages().total());
      assertEquals(0, memory.buffer(0).capacity());

      ArrowBuf forgotten = memory.buffer(8);
      forgotten.setLong(0, 42);
      assertThrows(IllegalStateException.class, memory::close); // its memory goes with the arena
    }
  }
}
