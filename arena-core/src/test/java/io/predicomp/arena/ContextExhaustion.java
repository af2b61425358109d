package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.ContextMemory;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.arena.testkit.PageContents;
import io.predicomp.arena.transparent.DecoderMemory;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Zstandard contexts get no memory, each kind in turn: what needs them does without and says so,
 * nothing is lost, and it works once there is memory. In this order, because a context that was
 * created stays.
 */
public final class ContextExhaustion {
  private static final int PAGE = 4096;
  private static final int PAGES = 300;
  private static final byte[] CONTENT = content();

  /** Contexts of a kind that get memory yet. */
  private static final AtomicInteger LEFT = new AtomicInteger();

  private ContextExhaustion() {}

  static void main(String[] args) throws InterruptedException {
    ContextMemory.ofDecompression(ContextExhaustion::isRefused);
    ContextMemory.ofCompression(ContextExhaustion::isRefused);
    DecoderMemory.ofHandler(ContextExhaustion::isRefused);
    decompression();
    compression();
    compressionInUse();
    if (args.length > 0) {
      handler();
    }
    System.out.println("nothing lost");
  }

  private static boolean isRefused() {
    return LEFT.getAndDecrement() <= 0;
  }

  private static void refuseAll() {
    LEFT.set(0);
  }

  private static void refuseNone() {
    LEFT.set(Integer.MAX_VALUE / 2);
  }

  /** Without them there is no codec, which the dense tier does without. */
  private static void decompression() {
    refuseAll();
    assertThrows(OutOfMemoryError.class, () -> Codecs.parse("zstd-3"));
    denseWithoutColdest();
    LEFT.set(3);
    assertThrows(OutOfMemoryError.class, () -> Codecs.parse("zstd-3"));
    refuseNone();
    assertEquals("zstd-3", Codecs.parse("zstd-3").name());
  }

  private static void denseWithoutColdest() {
    try (CompressedArena arena = open("lz4")) {
      Region region = filled(arena);
      assertTrue(region.recompress(0, region.byteSize(), PageTier.COLDEST) > 0);
      ArenaStats.Tiers tiers = arena.stats().tiers();
      assertEquals(0, tiers.coldestPages());
      assertTrue(tiers.densePages() > 0);
      assertTrue(tiers.trainingFailures() > 0);
      check(region);
    }
  }

  private static void compression() {
    refuseAll();
    try (CompressedArena arena = open("zstd-3")) {
      Region region = arena.allocateRegion((long) PAGES * PAGE);
      region.copyFrom(0, CONTENT, 0, CONTENT.length);
      assertEquals(0, arena.compressAll());
      assertEquals(PAGES, arena.stats().demotions().noMemory());
      assertEquals(PAGES, arena.stats().pages().resident());
      refuseNone();
      assertEquals(PAGES, arena.compressAll());
      check(region);
    }
  }

  /** Another thread has other contexts, which are not created yet. */
  private static void compressionInUse() throws InterruptedException {
    try (CompressedArena arena = open("lz4")) {
      Region region = filled(arena);
      region.recompress(0, PAGE, PageTier.COLDEST);
      assertEquals(1, arena.stats().tiers().coldestPages());
      refuseAll();
      long[] done = {-1};
      Thread other = new Thread(() -> done[0] = region.recompress(PAGE, PAGE, PageTier.COLDEST));
      other.start();
      other.join();
      assertEquals(0, done[0]);
      assertEquals(1, arena.stats().tiers().noMemory());
      refuseNone();
      assertTrue(region.recompress(0, region.byteSize(), PageTier.COLDEST) > 0);
      check(region);
    }
  }

  /** Faults are served by contexts of their own. */
  private static void handler() {
    refuseAll();
    transparent(0);
    try (CompressedArena arena = open("zstd-3")) {
      assertThrows(OutOfMemoryError.class, arena::transparent);
      LEFT.set(5);
      assertThrows(OutOfMemoryError.class, arena::transparent);
      Region region = filled(arena);
      check(region);
      refuseNone();
      MemorySegment memory = arena.transparent().allocate(CONTENT.length);
      memory.copyFrom(MemorySegment.ofArray(CONTENT));
      assertEquals(PAGES, arena.transparent().compress(memory));
      check(memory);
    }
    transparent(PAGES);
  }

  private static void transparent(int coldest) {
    try (CompressedArena arena = open("lz4")) {
      MemorySegment memory = arena.transparent().allocate(CONTENT.length);
      memory.copyFrom(MemorySegment.ofArray(CONTENT));
      assertEquals(PAGES, arena.transparent().compress(memory));
      assertTrue(arena.recompressAll(PageTier.COLDEST) > 0);
      assertEquals(coldest, arena.stats().tiers().coldestPages());
      check(memory);
    }
  }

  private static CompressedArena open(String codec) {
    return CompressedArena.open(
        ArenaConfig.builder()
            .codec(Codecs.parse(codec))
            .denseTier(new DenseTierPolicy(true, 0, 0, 65_536, 128, 32, 5, 0))
            .build());
  }

  private static Region filled(CompressedArena arena) {
    Region region = arena.allocateRegion((long) PAGES * PAGE);
    region.copyFrom(0, CONTENT, 0, CONTENT.length);
    assertEquals(PAGES, region.compress());
    return region;
  }

  private static byte[] content() {
    byte[] content = new byte[PAGES * PAGE];
    for (int page = 0; page < PAGES; page++) {
      System.arraycopy(PageContents.TEXT.bytes(PAGE, page), 0, content, page * PAGE, PAGE);
    }
    return content;
  }

  private static void check(Region region) {
    assertEquals(-1, region.mismatch(0, MemorySegment.ofArray(CONTENT), 0, CONTENT.length));
  }

  private static void check(MemorySegment memory) {
    assertEquals(-1, memory.mismatch(MemorySegment.ofArray(CONTENT)));
  }
}
