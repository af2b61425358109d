package io.predicomp.arena.stress;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.LoopConfig;
import io.predicomp.arena.LoopConfig.Predictor;
import io.predicomp.arena.TransparentArena;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.arena.testkit.PageContents;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FastDecompressor;

/**
 * Threads that use transparent memory in every way while all of it is evicted and recompressed over
 * and over and the background loops do what they do, in a JVM of its own. Prints its exposure;
 * exits with 1 if a word was wrong, a thread died, or something it is about did not happen.
 *
 * <p>Arguments: seconds, pages; then, for its controls, {@code unprotected} to put back a copy of a
 * page that others wrote meanwhile, as an eviction without protection would; {@code failing-worker}
 * or {@code failing-thread} for a thread that ends by an error.
 */
public final class TransparentStress {
  private static final int PAGE = 4096;
  private static final int OWNERS = 4;
  private static final int ARCHIVED = 64; // a region of its own
  private static final int MOST_WAITS = 1000;

  /** Where the part of a page begins that nobody writes, and that dictionaries help with. */
  private static final int TEXT = 1024;

  /** A pass means something only if pages really left; on a busy machine that may take a while. */
  private static final int LEAST_EVICTIONS = 200;

  private final CompressedArena arena =
      CompressedArena.open(
          ArenaConfig.builder()
              .checksums(true)
              .denseTier(DenseTierPolicy.AUTO)
              .autoloops(new LoopConfig(Duration.ofMillis(100), 50, 50, Predictor.AUTO, 1, 4, true))
              .build());
  private final TransparentArena memory = arena.transparent();
  private final MemorySegment words;
  private final MemorySegment archive;
  private final int pages;
  private final LongAdder accesses = new LongAdder();
  private final LongAdder bad = new LongAdder();
  private final LongAdder overflows = new LongAdder();
  private final String broken;
  private final long recompressedBefore;
  private volatile Object garbage = "";

  private TransparentStress(int pages, String broken) {
    this.pages = pages;
    this.broken = broken;
    this.words = memory.allocate((long) pages * PAGE, PAGE);
    for (int page = 0; page < pages; page++) {
      MemorySegment.copy(
          text(page), TEXT, words, JAVA_BYTE, (long) page * PAGE + TEXT, PAGE - TEXT - 8);
    }
    this.archive = memory.allocate((long) ARCHIVED * PAGE, PAGE);
    writeArchive(0);
    memory.compress();
    arena.recompressAll(PageTier.DENSE); // finds out how, which takes calm
    this.recompressedBefore = recompressed(arena.stats());
  }

  private static byte[] text(int page) {
    return PageContents.TEXT.bytes(PAGE, page);
  }

  private void checkText() {
    for (int page = 0; page < pages; page++) {
      byte[] expected = Arrays.copyOfRange(text(page), TEXT, PAGE - 8);
      long from = (long) page * PAGE + TEXT;
      check(Arrays.equals(expected, words.asSlice(from, expected.length).toArray(JAVA_BYTE)));
    }
  }

  public static void main(String[] args) throws InterruptedException {
    // Of any thread, the background's as well: HotSpot throws an error where it gave an access up.
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> {
          System.err.println("ended by an error: " + thread);
          failure.printStackTrace();
          Runtime.getRuntime().halt(1);
        });
    new TransparentStress(Integer.parseInt(args[1]), args.length > 2 ? args[2] : "")
        .run(Duration.ofMillis((long) (Double.parseDouble(args[0]) * 1000)));
  }

  private void run(Duration duration) throws InterruptedException {
    Crew crew = new Crew();
    for (int owner = 0; owner < OWNERS; owner++) {
      int number = owner;
      if (owner % 2 == 0) {
        crew.add("owner " + owner, () -> ownWords(number));
      } else {
        crew.addVirtual("virtual owner", 1, () -> ownWords(number));
      }
    }
    crew.add("bulk", this::bulk)
        .add("codecs", this::codecs)
        .add("overflow", this::overflow)
        .add("collector", () -> this::collect)
        .add("archivist", this::archive)
        .add("evictor", this::evict);
    if (broken.equals("failing-worker")) {
      crew.add("failing", () -> TransparentStress::fail);
    }
    if (broken.equals("failing-thread")) {
      Thread.ofPlatform().start(TransparentStress::fail);
    }
    try {
      crew.run(duration, this::isExposed);
      checkText();
    } finally {
      print();
    }
    String loops = arena.stats().loops().failure();
    if (bad.sum() != 0 || !loops.isEmpty()) {
      throw new AssertionError(bad.sum() + " bad words, loops: " + loops);
    }
    arena.close();
  }

  private static void fail() {
    throw new InternalError("thrown by a control");
  }

  /** A pass means something only if all of this happened; on a busy machine it may take a while. */
  private boolean isExposed() {
    ArenaStats stats = arena.stats();
    return stats.demotions().demoted() >= LEAST_EVICTIONS
        && stats.restores().demand() > 0
        && recompressed(stats) > recompressedBefore
        && overflows.sum() > 0;
  }

  private static long recompressed(ArenaStats stats) {
    return stats.tiers().toDense() + stats.tiers().toColdest();
  }

  private void print() {
    ArenaStats stats = arena.stats();
    System.out.printf(
        "%d pages, %d accesses, %d evictions, %d recompressions, %d restores, %d rescues, %d"
            + " overflows, %d bad words%n",
        pages,
        accesses.sum(),
        stats.demotions().demoted(),
        recompressed(stats),
        stats.restores().demand(),
        stats.restores().rescues(),
        overflows.sum(),
        bad.sum());
  }

  /** Words that nobody else writes, with a copy on the heap. */
  private Crew.Round ownWords(int owner) {
    long[] shadow = new long[pages * 2];
    ThreadLocalRandom random = ThreadLocalRandom.current();
    AtomicLong last = new AtomicLong();
    return () -> {
      for (int i = 0; i < 256; i++) {
        int page = random.nextInt(pages);
        int which = random.nextInt(2);
        long offset = (long) page * PAGE + (long) (owner * 2 + which) * 128;
        check(words.get(JAVA_LONG, offset) == shadow[page * 2 + which]);
        if (random.nextInt(4) != 0) {
          long n = last.incrementAndGet();
          shadow[page * 2 + which] = n;
          words.set(JAVA_LONG, offset, n);
        }
      }
      accesses.add(256);
      rest(); // everything is hot else, and the evictor finds no time and no page
    };
  }

  /** Stubs of the JVM and vectorised loops on cold pages. */
  private Crew.Round bulk() {
    MemorySegment mine = memory.allocate(8L * PAGE, 64);
    MemorySegment low = mine.asSlice(0, 4L * PAGE);
    MemorySegment high = mine.asSlice(4L * PAGE, 4L * PAGE);
    long[] heap = new long[4 * PAGE / 8];
    AtomicLong rounds = new AtomicLong();
    return () -> {
      long round = rounds.incrementAndGet();
      low.fill((byte) round);
      MemorySegment.copy(low, 0, high, 0, 4L * PAGE);
      check(low.mismatch(high) == -1);
      for (int i = 0; i < heap.length; i++) {
        high.setAtIndex(JAVA_LONG, i, round + i);
      }
      MemorySegment.copy(high, JAVA_LONG, 0, heap, 0, heap.length);
      long sum = 0;
      for (int i = 0; i < heap.length; i++) {
        sum += high.getAtIndex(JAVA_LONG, i) - heap[i];
      }
      check(sum == 0 && heap[17] == round + 17);
      accesses.add(heap.length * 4L);
      rest();
    };
  }

  /** JNI code that reads and writes cold pages. */
  private Crew.Round codecs() {
    LZ4Compressor compressor = LZ4Factory.nativeInstance().fastCompressor();
    LZ4FastDecompressor decompressor = LZ4Factory.nativeInstance().fastDecompressor();
    int length = 2 * PAGE;
    ByteBuffer plain = memory.allocate(length, 8).asByteBuffer();
    ByteBuffer packed = memory.allocate(3L * PAGE, 8).asByteBuffer();
    ByteBuffer back = memory.allocate(length, 8).asByteBuffer();
    AtomicInteger rounds = new AtomicInteger();
    return () -> {
      int round = rounds.getAndIncrement();
      for (int i = 0; i < length; i += 4) {
        plain.putInt(i, (i * 31 + round) % 1000);
      }
      int written = compressor.compress(plain, 0, length, packed, 0, 3 * PAGE);
      Thread.onSpinWait();
      int read = decompressor.decompress(packed, 0, back, 0, length);
      rest();
      check(read == written && plain.mismatch(back) == -1);
    };
  }

  /** The stack ends somewhere in the middle of faults. */
  private Crew.Round overflow() {
    // What is linked for the first time at the end of the stack is lost for good, in any program.
    check(deeper(0, 3) == -1 + 2 + 1);
    return () -> {
      try {
        check(deeper(0, Integer.MAX_VALUE) < 0);
      } catch (StackOverflowError _) {
        overflows.increment();
        rest();
      }
    };
  }

  private long deeper(int depth, int deepest) {
    long offset = (long) (depth % pages) * PAGE + PAGE - 8;
    words.set(JAVA_LONG, offset, depth);
    if (depth == deepest) {
      return -1; // never, if that is the largest number: the stack ends before
    }
    return deeper(depth + 1, deepest) + words.get(JAVA_LONG, offset);
  }

  private void collect() {
    for (int i = 0; i < 100; i++) {
      garbage = new byte[100_000 + i];
      rest();
    }
    System.gc();
    check(garbage != null);
  }

  /** Pages left alone until they were recompressed, which those of the others hardly are. */
  private Crew.Round archive() {
    AtomicInteger rounds = new AtomicInteger();
    return () -> {
      int round = rounds.incrementAndGet();
      writeArchive(round);
      long before = recompressed(arena.stats());
      for (int i = 0; i < MOST_WAITS && recompressed(arena.stats()) == before; i++) {
        LockSupport.parkNanos(1_000_000);
      }
      for (int page = 0; page < ARCHIVED; page++) {
        byte[] back = archive.asSlice((long) page * PAGE, PAGE).toArray(JAVA_BYTE);
        check(Arrays.equals(text(page + round), back));
      }
    };
  }

  private void writeArchive(int round) {
    for (int page = 0; page < ARCHIVED; page++) {
      MemorySegment.copy(text(page + round), 0, archive, JAVA_BYTE, (long) page * PAGE, PAGE);
    }
  }

  private Crew.Round evict() {
    AtomicInteger rounds = new AtomicInteger();
    return () -> {
      int round = rounds.getAndIncrement();
      if (broken.equals("unprotected")) {
        MemorySegment page = words.asSlice((long) (round % pages) * PAGE, PAGE);
        MemorySegment copy = MemorySegment.ofArray(page.toArray(JAVA_BYTE));
        rest();
        page.copyFrom(copy);
      }
      memory.compress();
      if (round % 4 == 0) {
        arena.recompressAll(round % 8 == 0 ? PageTier.DENSE : PageTier.COLDEST);
      }
      arena.compactPool();
    };
  }

  private static void rest() {
    LockSupport.parkNanos(50_000);
  }

  private void check(boolean holds) {
    if (!holds) {
      bad.increment();
    }
  }
}
