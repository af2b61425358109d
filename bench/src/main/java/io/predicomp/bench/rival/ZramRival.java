package io.predicomp.bench.rival;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;
import io.predicomp.os.memory.Residency;
import java.io.IOException;
import java.util.Map;

/**
 * The kernel's compressed swap: pages are put away by {@code MADV_PAGEOUT}, faults bring them back.
 */
final class ZramRival extends SegmentRival {
  /** Bytes paged out by one call: what the kernel does at a time, and a sign of life in between. */
  private static final long STEP = 4 << 20;

  private final Mapping mapping;
  private final ZramSwap swap;
  private final long usedBefore;

  private ZramRival(Pages pages, Mapping mapping, ZramSwap swap) throws IOException {
    super(pages, mapping.segment());
    this.mapping = mapping;
    this.swap = swap;
    this.usedBefore = swap.memoryUsed();
    fill();
  }

  static ZramRival open(Pages pages, String codec) throws Unavailable, IOException {
    // Room for all pages even if none compresses.
    ZramSwap swap = ZramSwap.open(codec, 2 * pages.byteSize() + (64 << 20));
    try {
      return new ZramRival(
          pages,
          Mapping.anonymous(pages.byteSize(), MemoryAdvice.NOHUGEPAGE, MemoryAdvice.DONTFORK),
          swap);
    } catch (ErrnoException | IOException e) {
      swap.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return "zram";
  }

  @Override
  public String note() {
    return swap.algorithm() + "; bytes are mem_used_total";
  }

  @Override
  public long demote() {
    for (long at = 0; at < pages.byteSize(); at += STEP) {
      mapping.advise(MemoryAdvice.PAGEOUT, at, Math.min(STEP, pages.byteSize() - at));
    }
    return pages.count() - Residency.residentPages(segment);
  }

  @Override
  public long heldBytes() throws IOException {
    return swap.memoryUsed() - usedBefore + Residency.residentBytes(segment);
  }

  @Override
  public Map<String, Object> details() {
    return Map.of("resident_bytes", Residency.residentBytes(segment));
  }

  @Override
  public void close() throws IOException {
    mapping.close(); // first, so that there is nothing to bring back
    swap.close();
  }
}
