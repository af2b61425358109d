package io.predicomp.arena;

import static io.predicomp.arena.ArenaConfig.mebibytes;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.policy.PageTier;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransparentArenaTest {
  private static final int PAGE = 4096;

  @TempDir Path directory;

  @BeforeAll
  static void needsUserfaultfd() {
    TransparentSupport.require();
  }

  private static CompressedArena open() {
    return CompressedArena.open(ArenaConfig.builder().checksums(true).build());
  }

  /** Half of each page random, so that LZ4 gains a half. */
  private static byte[] fill(MemorySegment segment, long seed) {
    byte[] content = new byte[(int) segment.byteSize()];
    byte[] half = new byte[PAGE / 2];
    Random random = new Random(seed);
    for (int at = 0; at < content.length; at += PAGE) {
      random.nextBytes(half);
      System.arraycopy(half, 0, content, at, Math.min(half.length, content.length - at));
    }
    MemorySegment.copy(content, 0, segment, JAVA_BYTE, 0, content.length);
    return content;
  }

  private static byte[] bytes(MemorySegment segment) {
    return segment.toArray(JAVA_BYTE);
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 16_384, 65_536})
  void whatWasWrittenIsRead(int pageBytes) {
    ArenaConfig config = ArenaConfig.builder().pageBytes(pageBytes).checksums(true).build();
    try (CompressedArena arena = CompressedArena.open(config)) {
      MemorySegment segment = arena.transparent().allocate(mebibytes(1), 8);
      byte[] content = fill(segment, 1);

      assertEquals(mebibytes(1) / pageBytes, arena.compressAll());

      ArenaStats cold = arena.stats();
      assertEquals(mebibytes(1) / pageBytes, cold.pages().compressed());
      assertEquals(0, cold.pages().resident());
      assertArrayEquals(content, bytes(segment));
      ArenaStats warm = arena.stats();
      assertEquals(mebibytes(1) / pageBytes, warm.restores().demand());
      assertTrue(warm.stall().events() > 0 && warm.stall().p50Nanos() > 0, warm.toString());
      assertEquals(mebibytes(1) / pageBytes, warm.pages().cleanCopies());

      assertEquals(mebibytes(1) / pageBytes, arena.compressAll());
      assertEquals(mebibytes(1) / pageBytes, arena.stats().demotions().clean());
      segment.set(JAVA_LONG, 8, 77);
      assertEquals(77, segment.get(JAVA_LONG, 8));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void pagesThatRepeatAFewWordsTakeAFewWords(int words) {
    try (CompressedArena arena = open()) {
      MemorySegment segment = arena.transparent().allocate(16 * PAGE, PAGE);
      for (int i = 0; i < 16 * PAGE / 8; i++) {
        segment.setAtIndex(JAVA_LONG, i, i * 8 / PAGE * 1000L + i * 8 % PAGE / 8 % words);
      }

      assertEquals(16, arena.compressAll());

      assertEquals(16L * 8 * words, arena.stats().pool().payload());
      for (int i = 0; i < 16 * PAGE / 8; i++) {
        assertEquals(
            i * 8 / PAGE * 1000L + i * 8 % PAGE / 8 % words, segment.getAtIndex(JAVA_LONG, i));
      }
      assertEquals(16, arena.stats().restores().demand());
    }
  }

  @Test
  void restoreBringsPagesBackBeforeTheyAreNeeded() {
    try (CompressedArena arena = open()) {
      TransparentArena memory = arena.transparent();
      MemorySegment segment = memory.allocate(16 * PAGE, PAGE);
      byte[] content = fill(segment, 2);
      assertEquals(16, memory.compress(segment));

      assertEquals(4, memory.restore(segment.asSlice(PAGE + 1, 3 * PAGE)));

      assertArrayEquals(content, bytes(segment));
      assertEquals(12, arena.stats().restores().demand());
      assertEquals(4, arena.stats().restores().requested());
    }
  }

  @Test
  void allocationIsZeroedAlignedAndPacked() {
    try (CompressedArena arena = open()) {
      TransparentArena memory = arena.transparent();
      List<MemorySegment> all = new ArrayList<>();
      for (long alignment = 1; alignment <= mebibytes(8); alignment *= 2) {
        for (long size : new long[] {0, 1, 100, 5000, 200_000}) {
          MemorySegment segment = memory.allocate(size, alignment);
          assertEquals(size, segment.byteSize());
          assertEquals(0, segment.address() % alignment);
          all.add(segment);
        }
      }
      byte mark = 0;
      for (MemorySegment segment : all) {
        for (long i = 0; i < segment.byteSize(); i++) {
          assertEquals(0, segment.get(JAVA_BYTE, i));
        }
        segment.fill(++mark);
      }
      mark = 0;
      arena.compressAll();
      for (MemorySegment segment : all) {
        mark++;
        assertTrue(
            segment.byteSize() == 0
                || (segment.get(JAVA_BYTE, 0) == mark
                    && segment.get(JAVA_BYTE, segment.byteSize() - 1) == mark));
      }
      long before = arena.stats().pages().total();
      for (int i = 0; i < 1000; i++) {
        MemorySegment _ = memory.allocate(100, 8);
      }
      assertTrue(arena.stats().pages().total() - before <= 256, "small allocations share a region");
    }
  }

  @Test
  void freshMemoryCostsNoFaultAndNoDemotion() {
    try (CompressedArena arena = open()) {
      MemorySegment segment = arena.transparent().allocate(64 * PAGE, PAGE);
      segment.set(JAVA_LONG, 0, 1);
      assertEquals(0, arena.stats().stall().events());
      assertEquals(63, arena.stats().pages().fresh());
      assertEquals(1, arena.compressAll());
      assertEquals(0, segment.get(JAVA_LONG, 40 * PAGE));
      segment.set(JAVA_LONG, 41 * PAGE, 5);
      assertEquals(1, segment.get(JAVA_LONG, 0));
    }
  }

  @Test
  void memoryOfAnArenaThatIsGoneIsHandedOutZeroed() {
    try (CompressedArena arena = open()) {
      for (int round = 0; round < 20; round++) {
        try (TransparentArena memory = arena.openTransparent()) {
          MemorySegment own = memory.allocate(512 << 10, 8);
          MemorySegment small = memory.allocate(100, 1);
          MemorySegment next = memory.allocate(5000, 8);
          for (MemorySegment each : List.of(own, small, next)) {
            assertEquals(-1, each.mismatch(MemorySegment.ofArray(new byte[(int) each.byteSize()])));
            each.fill((byte) (round + 1));
          }
          if (round % 5 == 4) {
            assertTrue(arena.compressAll() >= 128); // which unmaps what was kept
          }
          assertEquals(round + 1, own.get(JAVA_BYTE, 70_000));
          if (round % 3 == 2) {
            memory.pin(own).close();
          }
        }
      }
      assertEquals(0, arena.stats().pages().total());
    }
  }

  @Test
  void arenasCloseWhileOthersRecompressAndCount() throws Exception {
    ArenaConfig config = ArenaConfig.builder().denseTier(DenseTierPolicy.AUTO).build();
    CompressedArena arena = CompressedArena.open(config);
    AtomicBoolean stop = new AtomicBoolean();
    CompletableFuture<Void> busy =
        CompletableFuture.runAsync(
            () -> {
              while (!stop.get()) {
                arena.recompressAll(PageTier.DENSE);
                assertTrue(arena.stats().pages().total() >= 0);
              }
            });
    for (int round = 0; round < 60; round++) {
      try (TransparentArena memory = arena.openTransparent()) {
        MemorySegment segment = memory.allocate(256 * PAGE, PAGE);
        byte[] content = fill(segment, round);
        memory.compress(segment);
        assertEquals(content[5000], segment.get(JAVA_BYTE, 5000));
      }
    }
    stop.set(true);
    busy.get();
    assertTrue(arena.stats().demotions().demoted() > 0);
    arena.close();
    assertThrows(IllegalStateException.class, arena::stats);
  }

  @Test
  void errorsAreThoseOfASharedArena() {
    try (CompressedArena compressed = open();
        Arena shared = Arena.ofShared()) {
      TransparentArena memory = compressed.openTransparent();
      for (Arena each : List.of(memory, shared)) {
        assertThrows(IllegalArgumentException.class, () -> each.allocate(-1, 8));
        assertThrows(IllegalArgumentException.class, () -> each.allocate(8, 3));
        MemorySegment segment = each.allocate(8);
        assertThrows(IndexOutOfBoundsException.class, () -> segment.get(JAVA_LONG, 1));
        assertTrue(segment.isAccessibleBy(new Thread()));
      }
      assertThrows(OutOfMemoryError.class, () -> memory.allocate(1L << 46));
      MemorySegment segment = memory.allocate(8);
      memory.close();
      assertFalse(memory.scope().isAlive());
      assertThrows(IllegalStateException.class, memory::close);
      assertThrows(IllegalStateException.class, () -> memory.allocate(8));
      assertThrows(IllegalStateException.class, () -> segment.get(JAVA_LONG, 0));
      assertThrows(IllegalStateException.class, () -> memory.compress(segment));
    }
  }

  @Test
  void theArenaHasOneTransparentArenaUntilItIsClosed() {
    CompressedArena arena = open();
    TransparentArena first = arena.transparent();
    MemorySegment segment = first.allocate(8);
    assertSame(first, arena.transparent());
    assertNotSame(first, arena.openTransparent());
    arena.close();
    assertThrows(IllegalStateException.class, () -> segment.get(JAVA_LONG, 0));
    assertThrows(IllegalStateException.class, arena::transparent);
    assertThrows(
        IllegalArgumentException.class,
        () -> {
          try (CompressedArena other = open()) {
            other.transparent().compress(Arena.global().allocate(8));
          }
        });
  }

  @Test
  void pinnedMemoryIsFitForSystemCalls() throws IOException {
    try (CompressedArena arena = open();
        FileChannel file =
            FileChannel.open(
                directory.resolve("file"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
      TransparentArena memory = arena.transparent();
      MemorySegment segment = memory.allocate(16 * PAGE, PAGE);
      byte[] content = fill(segment, 3);
      memory.compress(segment);
      // What the documentation warns of.
      assertThrows(IOException.class, () -> file.write(segment.asByteBuffer(), 0));
      try (TransparentPin pin = memory.pinReadOnly(segment)) {
        assertEquals(16 * PAGE, file.write(pin.segment().asByteBuffer(), 0));
        assertEquals(0, memory.compress(segment));
        assertThrows(IllegalStateException.class, arena::close);
      }
      segment.fill((byte) 9);
      memory.compress(segment);
      try (TransparentPin pin = memory.pin(segment)) {
        assertEquals(16 * PAGE, file.read(pin.segment().asByteBuffer(), 0));
      }
      assertEquals(16, memory.compress(segment));
      assertArrayEquals(content, bytes(segment));
    }
  }

  @Test
  void compactionMovesItsBlocks() {
    try (CompressedArena arena = open()) {
      TransparentArena memory = arena.transparent();
      MemorySegment segment = memory.allocate(mebibytes(8), PAGE);
      byte[] content = fill(segment, 4);
      arena.compressAll();
      for (long at = 0; at < segment.byteSize(); at += PAGE) {
        if (at / PAGE % 3 != 0) {
          segment.set(JAVA_BYTE, at, content[(int) at]);
        }
      }
      long before = arena.stats().poolBytes();

      assertTrue(arena.compactPool() > 0);

      assertTrue(arena.stats().poolBytes() < before);
      assertArrayEquals(content, bytes(segment));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"RESTORE_LRU", "REJECT"})
  void aFullPoolLosesNothing(String whenFull) {
    ArenaConfig config =
        ArenaConfig.builder()
            .poolLimit(mebibytes(1))
            .whenFull(WhenFull.valueOf(whenFull))
            .checksums(true)
            .build();
    try (CompressedArena arena = CompressedArena.open(config)) {
      TransparentArena memory = arena.transparent();
      MemorySegment segment = memory.allocate(mebibytes(4), PAGE);
      byte[] content = fill(segment, 5);
      memory.compress(segment.asSlice(0, mebibytes(2)));
      memory.compress(segment.asSlice(mebibytes(2)));
      ArenaStats stats = arena.stats();
      assertTrue(stats.poolBytes() <= mebibytes(1), stats.toString());
      assertEquals(
          whenFull.equals("RESTORE_LRU"), stats.restores().pressure() > 0, stats.toString());
      assertArrayEquals(content, bytes(segment));
    }
  }

  @Test
  void closeWhileOthersAccess() throws InterruptedException {
    try (CompressedArena arena = open()) {
      for (int round = 0; round < 20; round++) {
        TransparentArena memory = arena.openTransparent();
        MemorySegment segment = memory.allocate(64 * PAGE, PAGE);
        AtomicInteger ended = new AtomicInteger();
        AtomicBoolean wrong = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
          long first = t * 8L;
          threads.add(
              Thread.ofPlatform()
                  .start(
                      () -> {
                        try {
                          for (long n = 1; ; n++) {
                            for (long page = 0; page < 64; page++) {
                              long was = segment.get(JAVA_LONG, page * PAGE + first);
                              if (was != n - 1) {
                                wrong.set(true);
                              }
                              segment.set(JAVA_LONG, page * PAGE + first, n);
                            }
                          }
                        } catch (IllegalStateException _) {
                          ended.incrementAndGet();
                        }
                      }));
        }
        memory.compress();
        Thread.sleep(5);
        memory.compress();
        memory.close();
        for (Thread thread : threads) {
          thread.join();
        }
        assertEquals(3, ended.get());
        assertFalse(wrong.get());
      }
      assertEquals(0, arena.stats().pages().total());
    }
  }

  @Test
  void faultsOfOthersReachTheJvm() throws IOException {
    try (CompressedArena arena = open();
        Arena life = Arena.ofConfined();
        FileChannel file =
            FileChannel.open(
                directory.resolve("truncated"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
      arena.transparent();
      file.truncate(0).write(java.nio.ByteBuffer.allocate(PAGE));
      MemorySegment mapped = file.map(FileChannel.MapMode.READ_ONLY, 0, PAGE, life);
      file.truncate(0);
      assertThrows(InternalError.class, () -> mapped.get(JAVA_BYTE, 0));
      if (System.getProperty("os.arch").equals("amd64")) {
        // On AArch64 HotSpot of JDK 25 does not survive it in its own copying of bytes.
        assertThrows(InternalError.class, () -> bytes(mapped));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lz4-4", "lz4hc-9", "zstd-3", "zstd-fast-2"})
  void everyCodecOfOursIsDecodedByTheHandler(String codec) {
    ArenaConfig config =
        ArenaConfig.builder().codec(Codecs.parse(codec)).checksums(true).pageBytes(16_384).build();
    try (CompressedArena arena = CompressedArena.open(config)) {
      MemorySegment segment = arena.transparent().allocate(mebibytes(2), PAGE);
      byte[] content = fill(segment, 6);
      assertEquals(128, arena.compressAll());
      assertArrayEquals(content, bytes(segment));
      assertEquals(128, arena.stats().demandRestores());
    }
  }

  @Test
  void aCodecThatTheHandlerDoesNotKnowIsRefused() {
    PageCodec zstd = Codecs.parse("zstd-3");
    PageCodec mine =
        new PageCodec() {
          @Override
          public String name() {
            return "mine";
          }

          @Override
          public int compress(
              MemorySegment source, long at, int length, MemorySegment target, long to, int most) {
            return zstd.compress(source, at, length, target, to, most);
          }

          @Override
          public int decompress(
              MemorySegment source, long at, int length, MemorySegment target, long to, int bytes) {
            return zstd.decompress(source, at, length, target, to, bytes);
          }
        };
    ArenaConfig config = ArenaConfig.builder().codec(mine).build();
    assertTrue(TransparentArena.obstacle(config).orElseThrow().contains("mine"));
    try (CompressedArena arena = CompressedArena.open(config)) {
      var refused = assertThrows(UnsupportedOperationException.class, arena::transparent);
      assertTrue(refused.getMessage().contains("mine"), refused.getMessage());
      assertEquals(0, arena.compressAll());
    }
  }
}
