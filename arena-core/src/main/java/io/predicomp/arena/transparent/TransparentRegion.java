package io.predicomp.arena.transparent;

import io.predicomp.os.fault.FaultKernel;
import io.predicomp.os.fault.FaultPage;

/** One mapping of transparent memory. Its table may be read by the holder of the demotion lock. */
public final class TransparentRegion {
  final long handle;
  final long base;
  final long table;
  final long stamps;
  final int pageBytes;
  final int pageCount;

  /** Arena-global number of page 0. */
  final long firstPage;

  /** Stamp of each page's latest demotion; 0: never demoted. Under the demotion lock. */
  final int[] demotedAt;

  TransparentRegion(FaultKernel.RegionNumbers numbers, int pageBytes, int pageCount, long first) {
    this.handle = numbers.handle();
    this.base = numbers.address();
    this.table = numbers.table();
    this.stamps = numbers.stamps();
    this.pageBytes = pageBytes;
    this.pageCount = pageCount;
    this.firstPage = first;
    this.demotedAt = new int[pageCount];
  }

  /** Address of the first byte. */
  public long base() {
    return base;
  }

  /** Bytes of a page. */
  public int pageBytes() {
    return pageBytes;
  }

  public int pageCount() {
    return pageCount;
  }

  /** Bytes of all pages. */
  public long byteSize() {
    return (long) pageBytes * pageCount;
  }

  long address(long page) {
    return base + page * pageBytes;
  }

  long word(long page) {
    return FaultPage.word(table, page);
  }

  long entry(long page) {
    return FaultPage.entry(table, page);
  }

  /** Whether a page's content is in the pool only. */
  static boolean isCompressed(long word) {
    return FaultPage.state(word) == FaultPage.COMP && FaultPage.kind(word) == FaultPage.BLOCK;
  }

  /** Bytes of its tables, in native memory and on the heap. */
  long metadataBytes(boolean checksums) {
    return (long) pageCount * (FaultPage.BYTES + (checksums ? Integer.BYTES : 0) + Integer.BYTES);
  }
}
