package io.predicomp.arena.stress;

import io.predicomp.arena.PinnedRange;
import io.predicomp.arena.Region;
import java.lang.foreign.ValueLayout;

/** Words accessed through the raw segment of a range that is pinned for each access. */
final class PinnedWords implements Words {
  /** Two pages mostly, so that ranges of several threads overlap. */
  private static final long LENGTH = 4096 + 8;

  private final Region region;

  PinnedWords(Region region) {
    this.region = region;
  }

  @Override
  public long get(long offset) {
    try (PinnedRange pin = region.pinReadOnly(offset, length(offset))) {
      return pin.segment().get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
    }
  }

  @Override
  public void set(long offset, long value) {
    try (PinnedRange pin = region.pin(offset, length(offset))) {
      pin.segment().set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
    }
  }

  private long length(long offset) {
    return Math.min(LENGTH, region.byteSize() - offset);
  }
}
