package io.predicomp.arena.page;

import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.memory.Mapping;
import java.lang.foreign.MemorySegment;
import java.util.function.LongFunction;

/**
 * Exchanges the compressed copy of an evicted page for a denser one. Under the demotion lock.
 *
 * <ol>
 *   <li>read state and entry, decompress into private memory, compress that, decompress and compare
 *       the result: all of it while the page is {@code EVICTED} for everybody else, so nobody waits
 *   <li>store the new copy
 *   <li>{@code EVICTED → RESTORING}, exchange the entry, back to {@code EVICTED}: three stores
 *   <li>free the old copy
 * </ol>
 *
 * <p>Why the last compare-and-set proves that the copy read in step 1 is still the page's content:
 * a page becomes {@code EVICTED}, and its entry changes, under the demotion lock only. Between the
 * steps a page may be restored, even written, but then it is resident and cannot become evicted
 * again before the lock is released. A restore that fails puts back the state it found, with the
 * entry and the copy untouched. The old copy's bytes stay readable in step 1 even if a restore
 * frees them meanwhile: freed slots are used again, and given back, by the pool's owner only, which
 * is whoever holds this lock. {@code RecompressionRaceTest} has the interleavings, and shows that
 * without the lock the same steps bring back old content.
 */
final class Recompressor implements AutoCloseable {
  enum Outcome {
    DONE,
    /** Not enough was gained, which is remembered. */
    SMALL_GAIN,
    /** Not evicted with a copy, or no longer. */
    RESTORED,
    POOL_FULL,
    /** The codec had no memory to work in. */
    NO_MEMORY,
    /** The page's copy could not be decoded, or the new one not to the same bytes. */
    FAILED
  }

  private final PageMover mover;
  private final PoolPressure pressure;
  private final PageCodecs codecs;
  private final DenseTierCounters counters;
  private final int pageBytes;

  /** Three pages: the content, the payload made of it, and what that decodes to. */
  private final Mapping scratch;

  private final long content;
  private final long payload;
  private final long decoded;

  /** Payload bytes of the copy that the last call left behind or found. */
  private int lastLength;

  /**
   * @param memory gives as many bytes as it is asked for
   */
  Recompressor(
      PageMover mover,
      PoolPressure pressure,
      DenseTierCounters counters,
      int pageBytes,
      LongFunction<Mapping> memory) {
    this.mover = mover;
    this.pressure = pressure;
    this.codecs = mover.codecs;
    this.counters = counters;
    this.pageBytes = pageBytes;
    this.scratch = memory.apply(3L * pageBytes);
    this.content = scratch.address();
    this.payload = content + pageBytes;
    this.decoded = payload + pageBytes;
  }

  /** Bytes of the copy that the last call of {@link #recompress} stored, or left as it was. */
  int lastLength() {
    return lastLength;
  }

  /**
   * Recompresses one page.
   *
   * @param index of the codec to use
   * @param tier marked as tried if nothing is gained
   */
  Outcome recompress(DensePages table, int page, int index, PageTier tier, DenseTierPolicy policy) {
    StackRoom.require();
    long evicted = table.evicted(page);
    if (evicted == 0) {
      return Outcome.RESTORED;
    }
    long entry = table.copyOf(page);
    lastLength = PageEntry.length(entry);
    if (!decode(table, page, entry, content)) {
      return fail(table, page, evicted, entry, tier);
    }
    PageCodec codec = codecs.codec(index);
    int capacity = policy.mostBytes(lastLength);
    int length;
    try {
      length =
          capacity <= 0
              ? 0
              : codec.compress(
                  AddressSpace.ALL, content, pageBytes, AddressSpace.ALL, payload, capacity);
    } catch (OutOfMemoryError _) {
      counters.keptNoMemory.increment();
      return Outcome.NO_MEMORY;
    }
    if (length <= 0) {
      return settle(table, page, evicted, entry, tier);
    }
    if (length > capacity || !decodesToContent(codec, length)) {
      return fail(table, page, evicted, entry, tier);
    }
    long handle = pressure.storeWithoutRestoring(table.firstPage() + page, payload, length);
    if (handle < 0) {
      counters.keptPoolFull.increment();
      return Outcome.POOL_FULL;
    }
    long fresh = PageEntry.of(index, length, handle);
    codecs.added(fresh);
    if (!table.exchange(page, evicted, fresh)) {
      mover.copies.free(fresh);
      counters.keptRestored.increment();
      return Outcome.RESTORED;
    }
    mover.copies.free(entry);
    counters.savedBytes.add(lastLength - length);
    (PageCodecs.tier(fresh) == PageTier.COLDEST ? counters.toColdest : counters.toDense)
        .increment();
    lastLength = length;
    return Outcome.DONE;
  }

  /** Remembers with the copy that this tier gains nothing for it. */
  private Outcome settle(DensePages table, int page, long evicted, long entry, PageTier tier) {
    counters.keptSmallGain.increment();
    table.exchange(page, evicted, PageEntry.withTried(entry, PageCodecs.triedBit(tier)));
    return Outcome.SMALL_GAIN;
  }

  /** Nothing was lost: whoever accesses the page is served, or told, as before. */
  private Outcome fail(DensePages table, int page, long evicted, long entry, PageTier tier) {
    counters.keptFailed.increment();
    table.exchange(page, evicted, PageEntry.withTried(entry, PageCodecs.triedBit(tier)));
    return Outcome.FAILED;
  }

  /**
   * Decodes the copy of a page that is evicted to somewhere else; false if it is not evicted with a
   * copy, or that does not decode.
   */
  boolean sample(DensePages table, int page, long target) {
    return table.evicted(page) != 0 && decode(table, page, table.copyOf(page), target);
  }

  private boolean decode(DensePages table, int page, long entry, long target) {
    int produced =
        codecs
            .of(entry)
            .decompress(
                AddressSpace.ALL,
                mover.pool.address(PageEntry.handle(entry)),
                PageEntry.length(entry),
                AddressSpace.ALL,
                target,
                pageBytes);
    // Damage that an access would be told of must not be made to look right.
    return produced == pageBytes && table.isIntact(page, target);
  }

  /** The old copy is right and will be gone: the new one has to prove itself first. */
  private boolean decodesToContent(PageCodec codec, int length) {
    int produced =
        codec.decompress(AddressSpace.ALL, payload, length, AddressSpace.ALL, decoded, pageBytes);
    return produced == pageBytes
        && MemorySegment.mismatch(
                AddressSpace.ALL,
                content,
                content + pageBytes,
                AddressSpace.ALL,
                decoded,
                decoded + pageBytes)
            < 0;
  }

  @Override
  public void close() {
    scratch.close();
  }
}
