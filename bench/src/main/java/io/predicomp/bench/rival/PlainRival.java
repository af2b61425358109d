package io.predicomp.bench.rival;

import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;

/** Memory that stays: what a read costs where nothing is ever put away. */
final class PlainRival extends SegmentRival {
  private final Mapping mapping;

  PlainRival(Pages pages) {
    this(
        pages, Mapping.anonymous(pages.byteSize(), MemoryAdvice.NOHUGEPAGE, MemoryAdvice.DONTFORK));
    fill();
  }

  private PlainRival(Pages pages, Mapping mapping) {
    super(pages, mapping.segment());
    this.mapping = mapping;
  }

  @Override
  public String name() {
    return "plain memory";
  }

  @Override
  public long demote() {
    return 0;
  }

  @Override
  public long heldBytes() {
    return pages.byteSize();
  }

  @Override
  public void close() {
    mapping.close();
  }
}
