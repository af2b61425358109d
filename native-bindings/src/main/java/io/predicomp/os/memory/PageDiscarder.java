package io.predicomp.os.memory;

import io.predicomp.os.ErrnoException;

/**
 * Gives physical pages of this process back to the kernel, many ranges at a time; the memory stays
 * mapped and reads as zero.
 *
 * <p>Implementations here are thread-safe, make one batch per call and allocate nothing. The
 * interface is there for tests too, which need discards that fail half-way.
 */
@FunctionalInterface
public interface PageDiscarder {
  /**
   * Discards the pages of the ranges, in their order, until one fails.
   *
   * <p>What follows the returned count was <b>not surely kept</b>: the kernel may have emptied a
   * part of the range at which it stopped. Who needs those contents must write them again from a
   * copy.
   *
   * @param ranges page-aligned ranges of private anonymous memory, mapped for the whole call
   * @return the bytes discarded, counted from the start of the list: {@link
   *     AddressRanges#byteSize()} on full success, 0 only for an empty list
   * @throws ErrnoException if not one range was discarded: ENOMEM for an unmapped range, EINVAL for
   *     an unaligned one, and before Linux 5.18 for a locked one
   */
  long discard(AddressRanges ranges);

  /**
   * {@return the fastest discarder that works here: {@link ProcessMadviseDiscarder} if it passes
   * its probe, else {@link MadviseDiscarder}} The probe really discards a page, once per process.
   */
  static PageDiscarder best() {
    return BestDiscarder.INSTANCE;
  }
}
