package io.predicomp.os.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.SystemPage;
import io.predicomp.os.libc.Libc;
import io.predicomp.os.libc.Rusage;
import io.predicomp.os.testing.SystemHeaders;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class MappingTest {
  private static final long PAGE = SystemPage.SIZE;

  @Test
  void isZeroAndWritable() {
    try (Mapping mapping = Mapping.anonymous(3 * PAGE)) {
      MemorySegment memory = mapping.segment();
      assertEquals(-1, memory.mismatch(MemorySegment.ofArray(new byte[(int) (3 * PAGE)])));
      memory.set(JAVA_LONG, 3 * PAGE - 8, 42);
      assertEquals(42, memory.get(JAVA_LONG, 3 * PAGE - 8));
      assertTrue(SystemPage.isAligned(mapping.address()));
      assertEquals(mapping.address(), memory.address());
    }
  }

  @Test
  void aConfinedOneIsForItsThreadAlone() throws Exception {
    Mapping mapping = Mapping.confined(PAGE);
    MemorySegment memory = mapping.segment();
    memory.set(JAVA_LONG, 0, 42);
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      other
          .submit(
              () -> {
                assertThrows(WrongThreadException.class, () -> memory.get(JAVA_LONG, 0));
                assertThrows(WrongThreadException.class, mapping::close);
              })
          .get();
    }
    assertEquals(42, memory.get(JAVA_LONG, 0));
    mapping.close();
    assertThrows(IllegalStateException.class, () -> memory.get(JAVA_LONG, 0));
  }

  @Test
  void sizeIsRoundedUpToPages() {
    try (Mapping mapping = Mapping.anonymous(PAGE + 1)) {
      assertEquals(2 * PAGE, mapping.byteSize());
      assertEquals(2 * PAGE, mapping.segment().byteSize());
    }
  }

  @Test
  void segmentEndsWhereTheMappingEnds() {
    try (Mapping mapping = Mapping.anonymous(PAGE)) {
      assertThrows(IndexOutOfBoundsException.class, () -> mapping.segment().get(JAVA_BYTE, PAGE));
      assertThrows(IndexOutOfBoundsException.class, () -> mapping.segment().get(JAVA_BYTE, -1));
    }
  }

  @Test
  void sizesThatMakeNoSenseAreRefused() {
    for (long bytes : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThrows(IllegalArgumentException.class, () -> Mapping.anonymous(bytes));
    }
  }

  @Test
  void wantOfAddressSpaceIsRecognisable() {
    // More than any processor can address: 2^57 bytes with five levels of page tables.
    ErrnoException e = assertThrows(ErrnoException.class, () -> Mapping.anonymous(1L << 60));
    assertTrue(e.isOutOfMemory());
    assertTrue(e.getMessage().contains("length=" + (1L << 60) + " bytes"), e.getMessage());
  }

  @Test
  void afterCloseEveryUseThrows() {
    Mapping mapping = Mapping.anonymous(2 * PAGE);
    MemorySegment slice = mapping.segment().asSlice(PAGE);
    mapping.close();
    assertThrows(IllegalStateException.class, () -> mapping.segment().get(JAVA_BYTE, 0));
    assertThrows(IllegalStateException.class, () -> slice.set(JAVA_BYTE, 0, (byte) 1));
    assertThrows(IllegalStateException.class, () -> mapping.advise(MemoryAdvice.DONTNEED, 0, PAGE));
    assertThrows(IllegalStateException.class, () -> mapping.protect(Protection.NONE, 0, PAGE));
    assertTrue(mapping.toString().endsWith("closed]"));
  }

  @Test
  void closeUnmapsOnce() throws IOException {
    Mapping mapping = Mapping.anonymous(PAGE);
    assertTrue(isMapped(mapping.address()));
    mapping.close();
    assertFalse(isMapped(mapping.address()));
    mapping.close();
  }

  @Test
  void manyThreadsMayCloseAtOnce() throws Exception {
    int threads = 8;
    CyclicBarrier start = new CyclicBarrier(threads);
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int round = 0; round < 200; round++) {
        Mapping mapping = Mapping.anonymous(PAGE);
        List<Future<?>> closers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          closers.add(
              executor.submit(
                  () -> {
                    start.await();
                    mapping.close();
                    // Whoever returns from close, the memory is gone.
                    assertThrows(
                        IllegalStateException.class, () -> mapping.segment().get(JAVA_BYTE, 0));
                    return null;
                  }));
        }
        for (Future<?> closer : closers) {
          closer.get();
        }
      }
    }
  }

  @Test
  void readersNeverOutliveTheMemory() throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 50; round++) {
        Mapping mapping = Mapping.anonymous(PAGE);
        MemorySegment memory = mapping.segment();
        CyclicBarrier start = new CyclicBarrier(2);
        Future<?> reader =
            executor.submit(
                () -> {
                  start.await();
                  while (true) {
                    if (memory.get(JAVA_LONG, 0) != 0) {
                      throw new AssertionError("read another mapping's memory");
                    }
                  }
                });
        Future<?> closer =
            executor.submit(
                () -> {
                  start.await();
                  mapping.close();
                  return null;
                });
        closer.get();
        Throwable end = assertThrows(ExecutionException.class, reader::get);
        assertEquals(IllegalStateException.class, end.getCause().getClass());
      }
    }
  }

  @Test
  void rangesOutsideAreRefused() {
    try (Mapping mapping = Mapping.anonymous(2 * PAGE)) {
      long[][] ranges = {{0, 2 * PAGE + 1}, {-PAGE, PAGE}, {PAGE, -1}, {PAGE, Long.MAX_VALUE}};
      for (long[] range : ranges) {
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> mapping.advise(MemoryAdvice.DONTNEED, range[0], range[1]));
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> mapping.protect(Protection.READ, range[0], range[1]));
      }
    }
  }

  @Test
  void anUnalignedOffsetIsTheKernelsError() {
    try (Mapping mapping = Mapping.anonymous(2 * PAGE)) {
      for (MemoryAdvice advice : List.of(MemoryAdvice.DONTNEED, MemoryAdvice.NOHUGEPAGE)) {
        ErrnoException e =
            assertThrows(ErrnoException.class, () -> mapping.advise(advice, 1, PAGE));
        assertTrue(e.is(Errno.EINVAL));
        assertTrue(e.getMessage().contains("offset 1, advice=MADV_" + advice), e.getMessage());
      }
      ErrnoException e =
          assertThrows(ErrnoException.class, () -> mapping.protect(Protection.READ, 1, PAGE));
      assertTrue(e.is(Errno.EINVAL));
    }
  }

  @Test
  void anEmptyRangeChangesNothing() {
    try (Mapping mapping = Mapping.anonymous(PAGE)) {
      mapping.segment().set(JAVA_BYTE, 0, (byte) 1);
      mapping.advise(MemoryAdvice.DONTNEED, 0, 0);
      mapping.protect(Protection.NONE, PAGE, 0);
      assertEquals(1, mapping.segment().get(JAVA_BYTE, 0));
    }
  }

  @Test
  void discardedPagesReadAsZero() {
    try (Mapping mapping = Mapping.anonymous(3 * PAGE, MemoryAdvice.NOHUGEPAGE)) {
      mapping.segment().fill((byte) 7);
      mapping.advise(MemoryAdvice.DONTNEED, PAGE, PAGE);
      assertEquals(7, mapping.segment().get(JAVA_BYTE, PAGE - 1));
      assertEquals(0, mapping.segment().get(JAVA_BYTE, PAGE));
      assertEquals(0, mapping.segment().get(JAVA_BYTE, 2 * PAGE - 1));
      assertEquals(7, mapping.segment().get(JAVA_BYTE, 2 * PAGE));
    }
  }

  @Test
  void populatingMakesPagesResident() {
    try (Mapping mapping = Mapping.anonymous(8 * PAGE, MemoryAdvice.NOHUGEPAGE)) {
      mapping.advise(MemoryAdvice.POPULATE_WRITE, PAGE, 3 * PAGE);
      assertEquals(3, Residency.residentPages(mapping.segment()));
    }
  }

  /**
   * The kernel writes a struct for us: up to the guard it may, one byte further it must not. To do
   * the same from Java would end the process.
   */
  @Test
  void aGuardPageStopsWhoeverReachesIt() {
    try (Mapping mapping = Mapping.anonymous(2 * PAGE)) {
      mapping.protect(Protection.NONE, PAGE, PAGE);
      long size = 144; // sizeof(struct rusage)
      MemorySegment flush = mapping.segment().asSlice(PAGE - size, size);
      assertEquals(0, Libc.getrusage(Rusage.SELF, flush));
      MemorySegment tooFar = mapping.segment().asSlice(PAGE - size + 8, size);
      assertEquals(-Errno.EFAULT.number(), Libc.getrusage(Rusage.SELF, tooFar));

      mapping.protect(Protection.READ, PAGE, PAGE);
      assertEquals(0, mapping.segment().get(JAVA_BYTE, PAGE));
      assertEquals(-Errno.EFAULT.number(), Libc.getrusage(Rusage.SELF, tooFar));

      mapping.protect(Protection.READ_WRITE, PAGE, PAGE);
      assertEquals(0, Libc.getrusage(Rusage.SELF, tooFar));
    }
  }

  @Test
  void adviceAtCreationReachesTheKernel() throws IOException {
    try (Mapping plain = Mapping.anonymous(4 * PAGE);
        Mapping advised =
            Mapping.anonymous(4 * PAGE, MemoryAdvice.NOHUGEPAGE, MemoryAdvice.DONTFORK)) {
      // proc_pid_smaps(5): dc = do not copy on fork, nh = no huge page, nr = no swap reserved
      assertTrue(flags(plain).contains("nr"));
      assertFalse(flags(plain).contains("dc"));
      assertTrue(flags(advised).containsAll(List.of("nr", "dc")));
      if (Files.exists(Path.of("/sys/kernel/mm/transparent_hugepage"))) {
        assertFalse(flags(plain).contains("nh"));
        assertTrue(flags(advised).contains("nh"));
      }
    }
  }

  @Test
  void constantsAreThoseOfTheSystemHeaders() throws Exception {
    Map<String, Long> expected = new TreeMap<>();
    Arrays.stream(MemoryAdvice.values())
        .forEach(each -> expected.put("MADV_" + each, (long) each.constant()));
    expected.put("PROT_NONE", (long) Protection.NONE.constant());
    expected.put("PROT_READ", (long) Protection.READ.constant());
    expected.put("(PROT_READ | PROT_WRITE)", (long) Protection.READ_WRITE.constant());
    expected.put("(MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)", (long) Mapping.PRIVATE_ANONYMOUS);
    Map<String, Long> headers =
        SystemHeaders.evaluate(List.of("linux/mman.h", "asm/mman.h"), expected.keySet());
    assertEquals(expected, new TreeMap<>(headers));
  }

  private static boolean isMapped(long address) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .map(line -> line.substring(0, line.indexOf(' ')).split("-", 2))
        .anyMatch(
            range ->
                address >= Long.parseUnsignedLong(range[0], 16)
                    && address < Long.parseUnsignedLong(range[1], 16));
  }

  /** The VmFlags of the kernel's mapping that holds ours: it may have merged it with neighbours. */
  private static List<String> flags(Mapping mapping) throws IOException {
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        String[] range = line.substring(0, line.indexOf(' ')).split("-", 2);
        inside =
            mapping.address() >= Long.parseUnsignedLong(range[0], 16)
                && mapping.address() < Long.parseUnsignedLong(range[1], 16);
      } else if (inside && line.startsWith("VmFlags:")) {
        return List.of(line.substring("VmFlags:".length()).strip().split(" ", -1));
      }
    }
    throw new AssertionError("not in /proc/self/smaps: " + mapping);
  }
}
