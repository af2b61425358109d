package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.predicomp.os.memory.SmapsRollup;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class ArenaLifecycleTest {
  private static final int PAGE = 4096;

  @Test
  void afterCloseEveryAccessThrows() {
    CompressedArena arena = CompressedArena.open();
    Region region = arena.allocateRegion(4 * PAGE);
    Cursor cursor = region.cursor();
    cursor.setLong(0, 1);
    arena.close();
    arena.close();
    region.close();
    assertThrows(IllegalStateException.class, () -> cursor.getLong(0));
    assertThrows(IllegalStateException.class, () -> region.setLong(8, 1));
    assertThrows(IllegalStateException.class, () -> cursor.addLong(0, 1));
    assertThrows(IllegalStateException.class, () -> region.addInt(8, 1));
    assertThrows(IllegalStateException.class, () -> region.fill(0, 10, (byte) 1));
    assertThrows(IllegalStateException.class, () -> region.compress());
    assertThrows(IllegalStateException.class, () -> region.restore(0, PAGE));
    assertThrows(IllegalStateException.class, () -> region.discard(0, PAGE));
    assertThrows(IllegalStateException.class, () -> region.pin(0, 1));
    assertThrows(IllegalStateException.class, () -> arena.allocateRegion(PAGE));
  }

  @Test
  void aClosedRegionGivesItsPoolBytesBack() {
    try (CompressedArena arena = CompressedArena.open()) {
      Region gone = arena.allocateRegion(100 * PAGE);
      Region stays = arena.allocateRegion(PAGE);
      stays.setLong(0, 42);
      TestPages.fillHalfRandom(gone, 1);
      arena.compressAll();
      assertEquals(101, arena.stats().pool().objects() + arena.stats().pages().sameFilled());
      gone.close();
      assertEquals(1, arena.stats().pages().total());
      assertTrue(arena.stats().pool().objects() <= 1);
      assertEquals(42, stays.getLong(0));
    }
  }

  @Test
  void openPinsForbidClosingAndAreCounted() {
    try (CompressedArena arena = CompressedArena.open()) {
      Region region = arena.allocateRegion(4 * PAGE);
      Region other = arena.allocateRegion(PAGE);
      other.setLong(0, 5);
      PinnedRange one = region.pin(0, 10);
      PinnedRange two = region.pin(PAGE, 10);
      IllegalStateException e = assertThrows(IllegalStateException.class, arena::close);
      assertTrue(e.getMessage().contains("2 pinned ranges"), e.getMessage());
      assertThrows(IllegalStateException.class, region::close);
      assertEquals(5, other.getLong(0));
      other.setLong(0, 6);
      one.close();
      two.close();
    }
  }

  @Test
  void impossibleSizesAreRefusedWhereTheyAreAskedFor() {
    try (CompressedArena arena = CompressedArena.open()) {
      assertThrows(IllegalArgumentException.class, () -> arena.allocateRegion(0));
      assertThrows(IllegalArgumentException.class, () -> arena.allocateRegion(-1));
      assertThrows(IllegalArgumentException.class, () -> arena.allocateRegion(Long.MAX_VALUE));
    }
    assertThrows(
        IllegalArgumentException.class, () -> ArenaConfig.builder().pageBytes(8192).build());
    assertThrows(IllegalArgumentException.class, () -> ArenaConfig.builder().poolLimit(1).build());
    assertThrows(
        IllegalArgumentException.class, () -> ArenaConfig.builder().minSavingsPercent(100).build());
  }

  @Test
  void anExhaustedAddressSpaceIsAnOutOfMemoryErrorOfTheAllocation() {
    if (!System.getProperty("os.arch").equals("amd64")) {
      System.out.println("SKIPPED: the largest region leaves room in more than 47 bits of address");
      abort("x86-64 only");
    }
    // As large as a region may be, which is all of the 47-bit user address space.
    long largest = 65_536L * (Integer.MAX_VALUE - 8);
    try (CompressedArena arena =
        CompressedArena.open(ArenaConfig.builder().pageBytes(65_536).build())) {
      OutOfMemoryError error =
          assertThrows(OutOfMemoryError.class, () -> arena.allocateRegion(largest));
      assertTrue(error.getMessage().startsWith("cannot map a region"), error.getMessage());
      Region usable = arena.allocateRegion(PAGE);
      usable.setLong(0, 1);
      assertEquals(1, usable.getLong(0));
    }
  }

  @Test
  void memoryReallyGoes() {
    int bytes = 64 << 20;
    try (CompressedArena arena = CompressedArena.open()) {
      Region region = arena.allocateRegion(bytes);
      for (int offset = 0; offset < bytes; offset += PAGE) {
        region.setLong(offset, offset);
      }
      long before = SmapsRollup.read().rssBytes();
      arena.compressAll();
      long after = SmapsRollup.read().rssBytes();
      assertTrue(before - after > bytes * 3L / 4, before + " then " + after);
    }
  }

  @Test
  void statisticsOverJmx() throws Exception {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ArenaConfig config = ArenaConfig.builder().name("jmx test").registerMBean(true).build();
    ObjectName name =
        new ObjectName("io.predicomp:type=CompressedArena,name=" + ObjectName.quote("jmx test"));
    try (CompressedArena arena = CompressedArena.open(config);
        CompressedArena namesake = CompressedArena.open(config)) {
      assertEquals(0, namesake.stats().pages().total());
      Region region = arena.allocateRegion(8 * PAGE);
      TestPages.fillHalfRandom(region, 1);
      arena.compressAll();
      ArenaMXBean bean = JMX.newMXBeanProxy(server, name, ArenaMXBean.class);
      assertEquals(8, bean.getCompressedPages());
      assertEquals(8.0, bean.getCounters().get("demoted"));
      assertEquals(config.poolLimit(), bean.getPoolLimitBytes());
    }
    assertFalse(server.isRegistered(name));
  }

  @Test
  void countersKeepTheNamesOfThePredecessor() {
    List<String> names =
        List.of(
            "logical_input_bytes",
            "total_input_bytes_attempted",
            "total_chunks_attempted",
            "chunks_admitted",
            "compressed_bytes_live",
            "pool_bytes_live",
            "pool_bytes_free",
            "pool_bytes_fragmented",
            "pool_largest_free_extent",
            "pool_compactions",
            "slot_bytes_live",
            "compress_ops",
            "decompress_ops",
            "evictions_lru",
            "incompressible_chunks",
            "access_hits_decompressed",
            "compression_reject_small_gain",
            "demand_decompress_stall_events",
            "demand_decompress_stall_ns_total");
    try (CompressedArena arena = CompressedArena.open()) {
      assertEquals(names, arena.stats().counters().keySet().stream().limit(names.size()).toList());
    }
  }

  /** Those of DAMON are there where DAMON is: {@code DamonHotnessTest}. */
  @Test
  void countersOfTheLoopsKeepTheNamesOfThePredecessor() {
    List<String> names =
        List.of(
            "hotness_epoch",
            "chunks_hot",
            "chunks_warm",
            "chunks_cold",
            "bg_compress_attempts",
            "bg_compress_admits",
            "prefetch_queue_enqueues",
            "prefetch_queue_dedup_skips",
            "prefetch_decompress_ops",
            "adaptive_t_cold_epochs_current");
    ArenaConfig config = ArenaConfig.builder().autoloops(LoopConfig.DEFAULT).build();
    try (CompressedArena arena = CompressedArena.open(config)) {
      Set<String> keys = arena.stats().counters().keySet();
      assertTrue(keys.containsAll(names), keys::toString);
      assertTrue(keys.stream().anyMatch(key -> key.startsWith("bg_compress_skipped_")));
    }
  }
}
