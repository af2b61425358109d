package io.predicomp.os.fault;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.bundle.PredicompLibrary;
import io.predicomp.os.codec.Lz4Library;
import io.predicomp.os.codec.ZstdLibrary;
import io.predicomp.os.feature.KernelFeature;
import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.libc.Downcalls;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The functions of the fault kernel ({@code src/main/c/fault_kernel.h}), one method each. All calls
 * are normal ones: they touch managed pages, so they may fault and wait.
 *
 * <p>A pool and a region are numbers that {@link #openPool} and {@link #openRegion} gave; using one
 * after its close crashes the process. Which calls exclude one another is said with each.
 */
public final class FaultKernel {
  /** {@code enum fault_codec}: how blocks are decompressed. */
  public enum Decoder {
    /** {@code LZ4_decompress_safe}. */
    LZ4(0),
    /** {@code ZSTD_decompressDCtx}, with the contexts of {@link #setContexts}. */
    ZSTD(1),
    /** {@code LZ4_decompress_safe_usingDict}. */
    LZ4_DICTIONARY(2),
    /** The words that the page repeats. */
    PATTERN(3);

    private final int number;

    Decoder(int number) {
      this.number = number;
    }
  }

  /** Codec numbers, {@code CODECS}. */
  public static final int CODECS = 64;

  /** Pages that can be decoded at the same time, {@code SCRATCH_SLOTS}. */
  public static final int CONTEXTS = 32;

  /** Buckets of the histogram of stalls, {@code STALL_BUCKETS}; {@link #stallNanos} reads one. */
  public static final int STALL_BUCKETS = 4096;

  private static final int STALL_SUB = 128;

  /** What follows the counters, in bytes from their beginning. */
  private static final long DROPPED = 8L * (FaultCounter.values().length + STALL_BUCKETS);

  /** The ring of needs. */
  static final long NEED_RING = DROPPED + 16L * CODECS;

  // int predicomp_fault_open(void);
  private static final MethodHandle OPEN = link("open", FunctionDescriptor.of(JAVA_INT));
  // int64_t predicomp_fault_pool_open(uint64_t memory, uint32_t page_bytes);
  private static final MethodHandle POOL_OPEN =
      link("pool_open", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT));
  // int predicomp_fault_context(uint32_t slot, uint64_t context);
  private static final MethodHandle CONTEXT =
      link("context", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  // int predicomp_fault_pool_codec(struct fault_pool *, uint32_t number, uint32_t codec,
  //     uint64_t function, uint64_t dictionary, uint64_t dictionary_bytes);
  private static final MethodHandle POOL_CODEC =
      link(
          "pool_codec",
          FunctionDescriptor.of(
              JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  // void predicomp_fault_pool_epoch(struct fault_pool *, uint32_t epoch);
  private static final MethodHandle POOL_EPOCH =
      link("pool_epoch", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
  // void predicomp_fault_pool_keep(struct fault_pool *, uint32_t keep_copies);
  private static final MethodHandle POOL_KEEP =
      link("pool_keep", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
  // uint64_t predicomp_fault_pool_counters(struct fault_pool *);
  private static final MethodHandle POOL_COUNTERS =
      link("pool_counters", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
  // void predicomp_fault_pool_budget(struct fault_pool *, struct fault_ledger *, int64_t admission,
  //     int64_t limit);
  private static final MethodHandle POOL_BUDGET =
      link("pool_budget", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  // uint64_t predicomp_fault_pool_asked(struct fault_pool *, uint64_t asked, uint64_t nanos);
  private static final MethodHandle POOL_ASKED =
      link("pool_asked", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  // void predicomp_fault_pool_served(struct fault_pool *, uint32_t found);
  private static final MethodHandle POOL_SERVED =
      link("pool_served", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
  // void predicomp_fault_pool_close(struct fault_pool *);
  private static final MethodHandle POOL_CLOSE =
      link("pool_close", FunctionDescriptor.ofVoid(JAVA_LONG));
  // int64_t predicomp_fault_region_open(struct fault_pool *, uint64_t bytes, int checksums,
  //     uint64_t first_page, uint64_t *result);
  private static final MethodHandle REGION_OPEN =
      link(
          "region_open",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, ADDRESS));
  // void predicomp_fault_region_close(struct fault_region *);
  private static final MethodHandle REGION_CLOSE =
      link("region_close", FunctionDescriptor.ofVoid(JAVA_LONG));
  // int predicomp_fault_begin(struct fault_region *, uint64_t first, uint64_t n, uint64_t *words);
  private static final MethodHandle BEGIN =
      link("begin", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS));
  // void predicomp_fault_commit(struct fault_region *, uint64_t first, uint64_t n, uint64_t *words,
  //     uint8_t *actions, const uint64_t *entries, const uint32_t *checksums);
  private static final MethodHandle COMMIT =
      link(
          "commit",
          FunctionDescriptor.ofVoid(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
  // int predicomp_fault_swap(struct fault_region *, uint64_t index, uint64_t w, uint64_t entry);
  private static final MethodHandle SWAP =
      link("swap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  // int predicomp_fault_drop_copy(struct fault_region *, uint64_t index);
  private static final MethodHandle DROP_COPY =
      link("drop_copy", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final FunctionDescriptor SPAN =
      FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);
  // int64_t predicomp_fault_restore(uint64_t address, uint64_t bytes, int keep_copies);
  private static final MethodHandle RESTORE = link("restore", SPAN);
  // int64_t predicomp_fault_pin(uint64_t address, uint64_t bytes, int writable);
  private static final MethodHandle PIN = link("pin", SPAN);
  // int64_t predicomp_fault_unpin(uint64_t address, uint64_t bytes);
  private static final MethodHandle UNPIN =
      link("unpin", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));

  private FaultKernel() {}

  /**
   * A region's numbers.
   *
   * @param handle what the other calls take
   * @param address of the memory
   * @param table address of the pages' records, see {@link FaultPage}
   * @param stamps address of the clusters' stamps, see {@link FaultEvidence}
   */
  public record RegionNumbers(long handle, long address, long table, long stamps) {}

  private static MethodHandle link(String name, FunctionDescriptor function) {
    return PredicompLibrary.link("predicomp_fault_" + name, function);
  }

  /** {@return whether pages can be managed here: our library and the kernel's userfaultfd} */
  public static ProbeResult probe() {
    ProbeResult library = PredicompLibrary.probe();
    return library instanceof ProbeResult.Supported ? KernelFeature.USERFAULTFD.probe() : library;
  }

  /**
   * Makes the process ready: opens its userfaultfd and puts the handler in front of the JVM's. Does
   * nothing the second time.
   *
   * @throws UnsupportedOperationException if the library or userfaultfd cannot be used; the message
   *     names reason and remedy
   * @throws ErrnoException if there is no memory to decode in; the next call tries again
   */
  public static synchronized void open() {
    if (probe() instanceof ProbeResult.Unsupported(String reason, String remedy)) {
      throw new UnsupportedOperationException(
          "transparent mode cannot be used: " + reason + "; " + remedy);
    }
    try {
      check("predicomp_fault_open", (int) OPEN.invokeExact(), "");
    } catch (ErrnoException e) {
      if (e.isOutOfMemory()) {
        throw e;
      }
      throw new UnsupportedOperationException(
          "transparent mode cannot be used now: " + e.getMessage(), e);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * {@return a new pool, which has no codec yet}
   *
   * @param memory address of the compressed pool's mapping
   * @throws ErrnoException if there is no memory for its tables
   */
  public static synchronized long openPool(long memory, int pageBytes) {
    try {
      return check(
          "predicomp_fault_pool_open",
          (long) POOL_OPEN.invokeExact(memory, pageBytes),
          "pageBytes=" + pageBytes);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Says how blocks with a codec number are decompressed. While there are none.
   *
   * @param number below {@link #CODECS}
   * @param dictionary address of its bytes, which stay while there are blocks; else 0
   */
  public static void setCodec(
      long pool, int number, Decoder decoder, long dictionary, long dictionaryBytes) {
    long function =
        switch (decoder) {
          case LZ4 -> Lz4Library.decompressor();
          case ZSTD -> ZstdLibrary.decompressor();
          case LZ4_DICTIONARY -> Lz4Library.dictionaryDecompressor();
          case PATTERN -> 0; // known there
        };
    try {
      check(
          "predicomp_fault_pool_codec",
          (int)
              POOL_CODEC.invokeExact(
                  pool, number, decoder.number, function, dictionary, dictionaryBytes),
          "number=" + number);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Gives the handler its Zstandard contexts, for the life of the process.
   *
   * @param contexts addresses, {@link #CONTEXTS} of them, which nobody else uses
   */
  public static synchronized void setContexts(long[] contexts) {
    try {
      for (int slot = 0; slot < CONTEXTS; slot++) {
        check(
            "predicomp_fault_context",
            (int) CONTEXT.invokeExact(slot, contexts[slot]),
            "slot=" + slot);
      }
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** Says what faults from now on stamp their clusters with. Any thread. */
  public static void setEpoch(long pool, int epoch) {
    try {
      POOL_EPOCH.invokeExact(pool, epoch);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** Says whether pages restored for reading keep their block. Any thread. */
  public static void setKeepCopies(long pool, boolean keep) {
    try {
      POOL_KEEP.invokeExact(pool, keep ? 1 : 0);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Gives a pool a budget, before its first region.
   *
   * @param ledger address of two words, bytes held and the most there ever were, which outlive the
   *     pool
   * @param admission bytes up to which faults enter pages
   * @param limit bytes of the budget
   */
  public static void setBudget(long pool, long ledger, long admission, long limit) {
    try {
      POOL_BUDGET.invokeExact(pool, ledger, admission, limit);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Waits until a fault asks for room in the budget, {@code nanos} at most, below a second.
   *
   * @param asked how often that was so far
   * @return how often it is now
   */
  public static long awaitAsked(long pool, long asked, long nanos) {
    try {
      return (long) POOL_ASKED.invokeExact(pool, asked, nanos);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** Tells faults that wait for room that pages were demoted, or that none could be. */
  public static void served(long pool, boolean found) {
    try {
      POOL_SERVED.invokeExact(pool, found ? 1 : 0);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return the address of a pool's counters, for {@link #counter} and {@link #stalls}} */
  public static long counters(long pool) {
    try {
      return (long) POOL_COUNTERS.invokeExact(pool);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return a counter as it is now} */
  public static long counter(long counters, FaultCounter counter) {
    return AddressSpace.ALL.get(JAVA_LONG, counters + 8L * counter.index);
  }

  /** {@return blocks of a codec number, 1 or more, that faults have freed} */
  public static long droppedPages(long counters, int number) {
    return AddressSpace.ALL.get(JAVA_LONG, counters + DROPPED + 16L * number);
  }

  /** {@return their payload in bytes} */
  public static long droppedBytes(long counters, int number) {
    return AddressSpace.ALL.get(JAVA_LONG, counters + DROPPED + 16L * number + Long.BYTES);
  }

  /** {@return whether a thread is in a fault now} */
  public static boolean isStalled(long counters) {
    return (AddressSpace.ALL.get(JAVA_LONG, counters - Long.BYTES) & 0xFF_FFFF) != 0;
  }

  /** {@return the number of stalls in a bucket of the histogram} */
  public static long stalls(long counters, int bucket) {
    return AddressSpace.ALL.get(JAVA_LONG, counters + 8L * (FaultCounter.values().length + bucket));
  }

  /** {@return the middle of a bucket, in nanoseconds, within 0.8 % of what was counted there} */
  public static long stallNanos(int bucket) {
    int half = STALL_SUB / 2;
    if (bucket < STALL_SUB) {
      return bucket;
    }
    int shift = bucket / half - 1;
    return ((long) (bucket - shift * half) << shift) + (1L << shift >> 1);
  }

  /** Frees a pool's tables. After its last region was closed, and beside no other call on it. */
  public static synchronized void closePool(long pool) {
    try {
      POOL_CLOSE.invokeExact(pool);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * {@return zeroed memory in the care of a pool}
   *
   * @param bytes a positive multiple of the pool's page
   * @param firstPage number of its first page in the arena
   * @throws ErrnoException if the kernel refuses
   */
  public static synchronized RegionNumbers openRegion(
      long pool, long bytes, boolean checksums, long firstPage) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(JAVA_LONG, 3);
      long handle =
          (long) REGION_OPEN.invokeExact(pool, bytes, checksums ? 1 : 0, firstPage, result);
      check("predicomp_fault_region_open", handle, "bytes=" + bytes);
      try {
        return new RegionNumbers(
            handle,
            result.getAtIndex(JAVA_LONG, 0),
            result.getAtIndex(JAVA_LONG, 1),
            result.getAtIndex(JAVA_LONG, 2));
      } catch (Throwable t) {
        closeRegion(handle); // nobody else knows of it
        throw t;
      }
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** Unmaps a region. Not beside begin, commit, swap or drop of it; nothing may be pinned. */
  public static synchronized void closeRegion(long region) {
    try {
      REGION_CLOSE.invokeExact(region);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Begins to evict what can be evicted of some pages; {@link FaultBatch#word} tells which. All of
   * them have to be committed by {@link #commit} with the same pages. One thread at a time.
   *
   * @param count at most {@link FaultBatch#CAPACITY}
   * @return how many began
   * @throws ErrnoException if the kernel refuses; nothing began then
   */
  public static int begin(long region, long first, int count, FaultBatch batch) {
    try {
      int begun = (int) BEGIN.invokeExact(region, first, (long) count, batch.words);
      if (begun < 0) { // not by check, whose text would be made each time
        throw new ErrnoException(
            "predicomp_fault_begin", -begun, "first=" + first + ", count=" + count);
      }
      return begun;
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** Ends what began as was decided; {@link FaultBatch#outcome} tells what became of each. */
  public static void commit(long region, long first, int count, FaultBatch batch) {
    try {
      COMMIT.invokeExact(
          region, first, (long) count, batch.words, batch.actions, batch.entries, batch.checksums);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return whether the block of an absent page was replaced, its word being that one still} */
  public static boolean swap(long region, long page, long word, long entry) {
    try {
      return (int) SWAP.invokeExact(region, page, word, entry) == 1;
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return whether a page in memory had a block, which is freed now} */
  public static boolean dropCopy(long region, long page) {
    try {
      return (int) DROP_COPY.invokeExact(region, page) == 1;
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Restores the pages of a range that are not in memory. Any thread.
   *
   * @return how many it restored, or a negative errno: {@code -EIO} if content cannot be had,
   *     {@code -ENOENT} if the region is closed
   */
  public static long restore(long address, long bytes, boolean keepCopies) {
    try {
      return (long) RESTORE.invokeExact(address, bytes, keepCopies ? 1 : 0);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Keeps the pages of a range in memory until {@link #unpin}, writable by the kernel if asked for.
   * Any thread.
   *
   * @return 0, or a negative errno and nothing is pinned: as {@link #restore}, and {@code
   *     -EOVERFLOW} for more than 65,535 pins on a page
   */
  public static long pin(long address, long bytes, boolean writable) {
    try {
      return (long) PIN.invokeExact(address, bytes, writable ? 1 : 0);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** Ends one {@link #pin} of exactly that range. Any thread. */
  public static void unpin(long address, long bytes) {
    try {
      long _ = (long) UNPIN.invokeExact(address, bytes);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  private static long check(String call, long result, String arguments) {
    if (result < 0) {
      throw new ErrnoException(call, (int) -result, arguments);
    }
    return result;
  }

  private static int check(String call, int result, String arguments) {
    return (int) check(call, (long) result, arguments);
  }
}
