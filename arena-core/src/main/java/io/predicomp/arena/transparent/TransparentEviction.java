package io.predicomp.arena.transparent;

import io.predicomp.arena.codec.SameFilled;
import io.predicomp.arena.event.DemoteBatchEvent;
import io.predicomp.arena.page.MoverCounters;
import io.predicomp.arena.page.PageChecksum;
import io.predicomp.arena.page.PageEncoder;
import io.predicomp.arena.page.PageEntry;
import io.predicomp.arena.page.PoolPressure;
import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.fault.FaultBatch;
import io.predicomp.os.fault.FaultKernel;
import io.predicomp.os.fault.FaultPage;
import io.predicomp.os.memory.Mapping;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Takes batches of pages out of memory. Used by the holder of the demotion lock.
 *
 * <p>Between begin and commit pages are in {@code CPRS}, a state nobody waits for, so this thread
 * may be stopped there as long as the JVM likes.
 */
final class TransparentEviction implements AutoCloseable {
  private final CompressedPool pool;
  private final PageEncoder encoder;
  private final PoolPressure pressure;
  private final MoverCounters counters;
  private final boolean sums;
  private final int pageBytes;

  private final FaultBatch batch = new FaultBatch();
  private final boolean[] stored = new boolean[FaultBatch.CAPACITY];
  private final long[] entries = new long[FaultBatch.CAPACITY];
  private final byte[] decided = new byte[FaultBatch.CAPACITY];

  /** One for both of the next two, so that nothing is left over where it cannot be had. */
  private final Mapping buffers;

  /** Where a page is copied, so that no writer can change what is being compressed. */
  private final long copy;

  private final long payload;
  private int candidates;

  TransparentEviction(TransparentMover.Parts parts) {
    this.pool = parts.pool();
    this.pressure = parts.mover().pressure();
    this.counters = parts.mover().counters();
    this.sums = parts.checksums();
    this.pageBytes = parts.pageBytes();
    this.encoder = new PageEncoder(parts.codec(), parts.admission(), pageBytes);
    this.buffers = Mapping.anonymous(2L * pageBytes);
    this.copy = buffers.address();
    this.payload = copy + pageBytes;
  }

  /** Pages that the last call tried to demote. */
  int candidates() {
    return candidates;
  }

  /**
   * Demotes what can be demoted of some pages.
   *
   * @param count at most {@link FaultBatch#CAPACITY}
   * @param mark of {@link PoolPressure#mark}
   * @return pages demoted
   */
  int demote(TransparentRegion region, int first, int count, int mark) {
    DemoteBatchEvent event = DemoteBatchEvent.beginIfEnabled();
    pool.drainFreed();
    pressure.reserve(count);
    // All at once: whatever stops the batch half way must not free what an earlier one stored.
    Arrays.fill(stored, false);
    candidates = begin(region, first, count);
    if (candidates < 0) {
      candidates = 0;
      return 0;
    }
    boolean complete = false;
    try {
      for (int i = 0; i < count; i++) {
        decide(region, i, first + i, mark);
      }
      complete = true;
    } finally {
      if (!complete) {
        abort(count);
      }
      FaultKernel.commit(region.handle, first, count, batch);
    }
    counters.demoteAttempts.add(candidates);
    int demoted = 0;
    for (int i = 0; i < count; i++) {
      if (account(region, i, first + i)) {
        demoted++;
      }
    }
    if (event != null) {
      event.commit(region.firstPage, candidates, demoted);
    }
    return demoted;
  }

  /**
   * As the fault kernel's, but negative where it is refused what it needs, above all to register
   * the region: the pages stay, and the next eviction asks again.
   */
  private int begin(TransparentRegion region, int first, int count) {
    try {
      int begun = FaultKernel.begin(region.handle, first, count, batch);
      region.registered = true;
      return begun;
    } catch (ErrnoException e) {
      if (e.is(Errno.EINVAL)) {
        throw e; // not asked for as it should be
      }
      counters.demoteAttempts.add(count);
      counters.keptDiscardFailed.add(count);
      return -1;
    }
  }

  /** After an error that nobody foresaw: all pages stay in memory. */
  private void abort(int count) {
    for (int i = 0; i < count; i++) {
      batch.decide(i, FaultBatch.ABORT, 0, 0);
      freeStored(i);
    }
  }

  private void decide(TransparentRegion region, int i, int page, int mark) {
    long word = batch.word(i);
    entries[i] = 0;
    int checksum = 0;
    byte action = FaultBatch.ABORT;
    if (word != 0 && FaultPage.kind(word) != FaultPage.NONE) {
      action = FaultBatch.CLEAN;
    } else if (word != 0) {
      counters.compressAttempts.increment();
      long at = copy;
      MemorySegment.copy(AddressSpace.ALL, region.address(page), AddressSpace.ALL, at, pageBytes);
      if (SameFilled.isSameFilled(AddressSpace.ALL, at, pageBytes)) {
        entries[i] = SameFilled.firstWord(AddressSpace.ALL, at);
        action = FaultBatch.SAME;
      } else if (!pressure.admits()) {
        counters.keptPoolFull.increment();
      } else {
        checksum = sums ? PageChecksum.of(at, pageBytes) : 0;
        action = compress(region, i, page, mark);
      }
    }
    decided[i] = action;
    batch.decide(i, action, entries[i], checksum);
  }

  private byte compress(TransparentRegion region, int i, int page, int mark) {
    int length = encoder.encode(copy, payload);
    if (length == 0) {
      counters.keptSmallGain.increment();
      return FaultBatch.REJECT;
    }
    if (length == PageEncoder.NO_MEMORY) {
      counters.keptNoMemory.increment();
      return FaultBatch.ABORT;
    }
    long handle = pressure.store(region.firstPage + page, payload, length, mark);
    if (handle < 0) {
      counters.keptPoolFull.increment();
      return FaultBatch.ABORT;
    }
    entries[i] = encoder.entry(length, handle);
    stored[i] = true;
    return FaultBatch.BLOCK;
  }

  private boolean account(TransparentRegion region, int i, int page) {
    switch (batch.outcome(i)) {
      case FaultBatch.DEMOTED -> {
        counters.demoted.increment();
        switch (decided[i]) {
          case FaultBatch.CLEAN -> counters.demotedClean.increment();
          case FaultBatch.SAME -> counters.demotedSameFilled.increment();
          default -> counters.demotedCompressed.increment();
        }
        region.demotedAt[page] = pressure.demoted(region.firstPage + page);
        return true;
      }
      case FaultBatch.RESCUED -> {
        counters.keptRescued.increment();
        freeStored(i);
      }
      case FaultBatch.DISCARD_FAILED -> counters.keptDiscardFailed.increment();
      default -> {}
    }
    return false;
  }

  private void freeStored(int i) {
    if (stored[i]) {
      pool.free(PageEntry.handle(entries[i]), PageEntry.length(entries[i]));
      stored[i] = false;
    }
  }

  @Override
  public void close() {
    buffers.close();
  }
}
