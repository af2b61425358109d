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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FastDecompressor;

/**
 * Threads that use transparent memory in every way while all of it is evicted and recompressed over
 * and over and the background loops do what they do, in a JVM of its own. Prints its exposure;
 * exits with 1 if a word was wrong.
 *
 * <p>Arguments: seconds, pages; {@code unprotected} to put back a copy of a page that others wrote
 * meanwhile, as an eviction without protection would: the check must notice.
 */
public final class TransparentStress {
  private static final int PAGE = 4096;
  private static final int OWNERS = 4;

  /** Where the part of a page begins that nobody writes, and that dictionaries help with. */
  private static final int TEXT = 1024;

  /** A pass means something only if pages really left; on a busy machine that may take a while. */
  private static final int LEAST_EVICTIONS = 200;

  private static final int MOST_EXTRA_SECONDS = 30;

  private final CompressedArena arena =
      CompressedArena.open(
          ArenaConfig.builder()
              .checksums(true)
              .denseTier(DenseTierPolicy.AUTO)
              .autoloops(new LoopConfig(Duration.ofMillis(100), 50, 50, Predictor.AUTO, 1, 4, true))
              .build());
  private final TransparentArena memory = arena.transparent();
  private final MemorySegment words;
  private final int pages;
  private final LongAdder accesses = new LongAdder();
  private final LongAdder bad = new LongAdder();
  private final LongAdder overflows = new LongAdder();
  private final boolean unprotected;
  private volatile boolean stop;
  private volatile Object garbage = "";

  private TransparentStress(int pages, boolean unprotected) {
    this.pages = pages;
    this.unprotected = unprotected;
    this.words = memory.allocate((long) pages * PAGE, PAGE);
    for (int page = 0; page < pages; page++) {
      MemorySegment.copy(
          text(page), TEXT, words, JAVA_BYTE, (long) page * PAGE + TEXT, PAGE - TEXT - 8);
    }
    memory.compress();
    arena.recompressAll(PageTier.DENSE); // finds out how, which takes calm
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
    boolean unprotected = args.length > 2 && args[2].equals("unprotected");
    new TransparentStress(Integer.parseInt(args[1]), unprotected).run(Double.parseDouble(args[0]));
  }

  private void run(double seconds) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int owner = 0; owner < OWNERS; owner++) {
      int number = owner;
      Runnable work = () -> ownWords(number);
      threads.add(
          owner % 2 == 0 ? Thread.ofPlatform().start(work) : Thread.ofVirtual().start(work));
    }
    threads.add(Thread.ofPlatform().start(this::bulk));
    threads.add(Thread.ofPlatform().start(this::codecs));
    threads.add(Thread.ofPlatform().start(this::overflow));
    threads.add(Thread.ofPlatform().start(this::collect));
    threads.add(Thread.ofPlatform().start(this::evict));
    Thread.sleep((long) (seconds * 1000));
    for (int i = 0; i < MOST_EXTRA_SECONDS && evictions() < LEAST_EVICTIONS; i++) {
      Thread.sleep(1000);
    }
    stop = true;
    for (Thread thread : threads) {
      thread.join();
    }
    checkText();
    ArenaStats stats = arena.stats();
    System.out.printf(
        "%d pages, %d accesses, %d evictions, %d recompressions, %d restores, %d rescues, %d"
            + " overflows, %d bad words%n",
        pages,
        accesses.sum(),
        stats.demotions().demoted(),
        stats.tiers().toDense() + stats.tiers().toColdest(),
        stats.restores().demand(),
        stats.restores().rescues(),
        overflows.sum(),
        bad.sum());
    arena.close();
    System.exit(bad.sum() == 0 && stats.demotions().demoted() >= LEAST_EVICTIONS ? 0 : 1);
  }

  private long evictions() {
    return arena.stats().demotions().demoted();
  }

  /** Words that nobody else writes, with a copy on the heap. */
  private void ownWords(int owner) {
    long[] shadow = new long[pages * 2];
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long n = 0;
    while (!stop) {
      for (int i = 0; i < 256; i++) {
        int page = random.nextInt(pages);
        int which = random.nextInt(2);
        long offset = (long) page * PAGE + (long) (owner * 2 + which) * 128;
        if (words.get(JAVA_LONG, offset) != shadow[page * 2 + which]) {
          bad.increment();
        }
        if (random.nextInt(4) != 0) {
          shadow[page * 2 + which] = ++n;
          words.set(JAVA_LONG, offset, n);
        }
      }
      accesses.add(256);
      rest(); // everything is hot else, and the evictor finds no time and no page
    }
  }

  /** Stubs of the JVM and vectorised loops on cold pages. */
  private void bulk() {
    MemorySegment mine = memory.allocate(8L * PAGE, 64);
    long[] heap = new long[4 * PAGE / 8];
    for (long round = 1; !stop; round++) {
      MemorySegment low = mine.asSlice(0, 4L * PAGE);
      MemorySegment high = mine.asSlice(4L * PAGE, 4L * PAGE);
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
    }
  }

  /** JNI code that reads and writes cold pages. */
  private void codecs() {
    LZ4Compressor compressor = LZ4Factory.nativeInstance().fastCompressor();
    LZ4FastDecompressor decompressor = LZ4Factory.nativeInstance().fastDecompressor();
    int length = 2 * PAGE;
    ByteBuffer plain = memory.allocate(length, 8).asByteBuffer();
    ByteBuffer packed = memory.allocate(3L * PAGE, 8).asByteBuffer();
    ByteBuffer back = memory.allocate(length, 8).asByteBuffer();
    for (int round = 0; !stop; round++) {
      for (int i = 0; i < length; i += 4) {
        plain.putInt(i, (i * 31 + round) % 1000);
      }
      int written = compressor.compress(plain, 0, length, packed, 0, 3 * PAGE);
      Thread.onSpinWait();
      int read = decompressor.decompress(packed, 0, back, 0, length);
      rest();
      check(read == written && plain.mismatch(back) == -1);
    }
  }

  /** The stack ends somewhere in the middle of faults. */
  private void overflow() {
    while (!stop) {
      try {
        check(deeper(0) < 0);
      } catch (StackOverflowError _) {
        overflows.increment();
        rest();
      }
    }
  }

  private long deeper(int depth) {
    long offset = (long) (depth % pages) * PAGE + PAGE - 8;
    words.set(JAVA_LONG, offset, depth);
    if (depth == Integer.MAX_VALUE) {
      return -1; // never: the stack ends before
    }
    return deeper(depth + 1) + words.get(JAVA_LONG, offset);
  }

  private void collect() {
    for (int i = 0; !stop; i++) {
      garbage = new byte[100_000 + i % 1000];
      if (i % 100 == 0) {
        System.gc();
      }
      rest();
    }
    check(garbage != null);
  }

  private void evict() {
    for (int round = 0; !stop; round++) {
      if (unprotected) {
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
    }
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
