package io.predicomp.arena.transparent;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Mappings that were closed before any of their pages left memory: the next arena gets one without
 * asking the kernel, which would map, populate and unmap the same pages over and over for arenas
 * that do not live long. What was written is still there. Not thread-safe.
 */
final class RegionCache {
  /** What is larger pays for the kernel's work by being used. */
  static final long LARGEST_BYTES = 8 << 20;

  static final long MOST_BYTES = 32 << 20;

  static final int MOST_REGIONS = 256;

  /** Room for one more from the start: a queue that cannot grow would lose mappings. */
  private final ArrayDeque<TransparentRegion> regions = new ArrayDeque<>(MOST_REGIONS + 1);

  private long bytes;

  /** Whether a region is worth keeping. Reads nothing that changes after its close began. */
  boolean takes(TransparentRegion region) {
    return !region.registered && region.byteSize() <= LARGEST_BYTES;
  }

  void put(TransparentRegion region) {
    regions.addLast(region);
    bytes += region.byteSize();
  }

  /** The one kept longest if there are too many, to be unmapped; else null. */
  @Nullable TransparentRegion overflow() {
    return bytes > MOST_BYTES || regions.size() > MOST_REGIONS ? poll() : null;
  }

  /** The one kept longest; null if there is none. */
  @Nullable TransparentRegion poll() {
    TransparentRegion region = regions.pollFirst();
    bytes -= region == null ? 0 : region.byteSize();
    return region;
  }

  /** One of exactly so many pages, the one put last. */
  @Nullable TransparentRegion take(int pages) {
    for (Iterator<TransparentRegion> each = regions.descendingIterator(); each.hasNext(); ) {
      TransparentRegion region = each.next();
      if (region.pageCount() == pages) {
        each.remove();
        bytes -= region.byteSize();
        return region;
      }
    }
    return null;
  }
}
