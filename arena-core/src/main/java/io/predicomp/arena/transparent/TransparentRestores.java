package io.predicomp.arena.transparent;

import io.predicomp.arena.CorruptPageException;
import io.predicomp.arena.page.PageMover;
import io.predicomp.arena.page.PrefetchOutcome;
import io.predicomp.arena.policy.Budget;
import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.fault.FaultKernel;
import io.predicomp.os.fault.FaultPage;
import java.util.function.BooleanSupplier;

/**
 * Brings pages back, and keeps them, that no fault has asked for. Takes no lock; with a budget it
 * makes room first, in the calling thread. Thread-safe.
 */
public final class TransparentRestores {
  private final PageMover pages;
  private final int pageBytes;
  private final BooleanSupplier keepsCopies;

  TransparentRestores(PageMover pages, int pageBytes, BooleanSupplier keepsCopies) {
    this.pages = pages;
    this.pageBytes = pageBytes;
    this.keepsCopies = keepsCopies;
  }

  /**
   * Restores the pages of a range; with a budget as far as it holds them all, at the cost of
   * others.
   *
   * @return how many were restored; 0 if the memory is gone
   * @throws CorruptPageException if content cannot be had; the page stays compressed
   */
  public long restore(TransparentRegion region, long address, long bytes) {
    if (!pages.budget().isLimited()) {
      return restoreAll(region, address, bytes);
    }
    long restored = 0;
    for (long p = address - (address - region.base) % pageBytes;
        p < address + bytes && !pages.budget().isTooMuchToPin((restored + 1) * pageBytes);
        p += pageBytes) {
      if (!pages.makeRoom(1)) {
        break;
      }
      restored += restoreAll(region, p, 1);
    }
    return restored;
  }

  private long restoreAll(TransparentRegion region, long address, long bytes) {
    long result = FaultKernel.restore(address, bytes, keepsCopies.getAsBoolean());
    if (result == -Errno.ENOENT.number()) {
      return 0;
    }
    check("predicomp_fault_restore", result, region, address, bytes);
    pages.counters().requestedRestores.add(result);
    return result;
  }

  /** Brings a page back because somebody expects that it will be needed soon. */
  PrefetchOutcome prefetch(TransparentRegion region, int page) {
    if (!pages.hasRoom()) {
      return PrefetchOutcome.NO_ROOM;
    }
    long result = FaultKernel.restore(region.address(page), 1, keepsCopies.getAsBoolean());
    if (result == 1) {
      pages.counters().prefetches.increment();
      region.ages.fetched(page);
      return PrefetchOutcome.RESTORED;
    }
    if (result == -Errno.ENOMEM.number()) {
      return PrefetchOutcome.NO_ROOM;
    }
    return result == -Errno.EIO.number() ? PrefetchOutcome.CORRUPT : PrefetchOutcome.NOT_EVICTED;
  }

  /**
   * Keeps the pages of a range in memory.
   *
   * @throws CorruptPageException if content cannot be had; nothing is pinned
   * @throws ErrnoException if there is no memory for a page, or no room for another pin
   * @throws IllegalArgumentException if the budget could not hold so much even without others
   * @throws OutOfMemoryError if it has no room beside what cannot be demoted
   */
  public void pin(TransparentRegion region, long address, long bytes, boolean writable) {
    makeRoomForPin(region, address, bytes);
    check("predicomp_fault_pin", FaultKernel.pin(address, bytes, writable), region, address, bytes);
  }

  /** The region is open, and stays so: whoever pins has announced it. */
  private void makeRoomForPin(TransparentRegion region, long address, long bytes) {
    Budget budget = pages.budget();
    if (!budget.isLimited()) {
      return;
    }
    long first = (address - region.base) / pageBytes;
    long last = (address - region.base + bytes - 1) / pageBytes;
    budget.requirePinnable((last - first + 1) * pageBytes);
    long absent = 0;
    for (long p = first; p <= last; p++) {
      absent += FaultPage.state(region.word(p)) == FaultPage.COMP ? 1 : 0;
    }
    if (!pages.makeRoom(absent)) {
      throw budget.noRoomToPin(last - first + 1);
    }
  }

  /** Ends one {@link #pin} of exactly that range. */
  public void unpin(long address, long bytes) {
    FaultKernel.unpin(address, bytes);
  }

  private static void check(
      String call, long result, TransparentRegion region, long address, long bytes) {
    if (result == -Errno.EIO.number()) {
      throw new CorruptPageException(
          (int) ((address - region.base) / region.pageBytes),
          "it, or another of the " + bytes + " bytes asked for, is not what was written");
    }
    if (result < 0) {
      throw new ErrnoException(
          call, (int) -result, "address=0x" + Long.toHexString(address) + ", bytes=" + bytes);
    }
  }
}
