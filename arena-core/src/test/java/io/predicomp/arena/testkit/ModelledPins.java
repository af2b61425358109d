package io.predicomp.arena.testkit;

import io.predicomp.arena.PinnedRange;
import io.predicomp.arena.Region;
import io.predicomp.arena.testkit.RegionAction.PinKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Pinned ranges of a region, each of which must hold what the array beside the region does. */
final class ModelledPins implements AutoCloseable {
  private record Pin(PinKind kind, int offset, PinnedRange range) {}

  private static final int MOST_OPEN = 4;

  /** Far enough from one write to the next that ranges stay cheap, and no page is left out. */
  private static final int STRIDE = 97;

  private final byte[] bytes;
  private final List<Pin> open = new ArrayList<>();

  ModelledPins(byte[] bytes) {
    this.bytes = bytes;
  }

  int count() {
    return open.size();
  }

  void apply(Region region, RegionAction.Pinning action) {
    switch (action) {
      case RegionAction.WritePinned a -> writePinned(region, a);
      case RegionAction.OpenPin a -> open(region, a);
      case RegionAction.UsePin a -> {
        if (!open.isEmpty()) {
          use(open.get(a.which() % open.size()), a.value());
        }
      }
      case RegionAction.ClosePin a -> {
        if (!open.isEmpty()) {
          open.remove(a.which() % open.size()).range.close();
        }
      }
    }
  }

  private void writePinned(Region region, RegionAction.WritePinned a) {
    try (PinnedRange range = region.pin(a.offset(), a.length())) {
      region.compress(); // must leave the pinned pages alone
      write(range.segment(), a.offset(), a.value());
    }
  }

  private void open(Region region, RegionAction.OpenPin a) {
    if (open.size() == MOST_OPEN) {
      open.removeFirst().range.close();
    }
    open.add(new Pin(a.kind(), a.offset(), take(region, a)));
  }

  private static PinnedRange take(Region region, RegionAction.OpenPin a) {
    return switch (a.kind()) {
      case WRITABLE -> region.pin(a.offset(), a.length());
      case READ_ONLY -> region.pinReadOnly(a.offset(), a.length());
      case SHARED -> region.pinShared(a.offset(), a.length());
    };
  }

  private void use(Pin pin, byte value) {
    switch (pin.kind) {
      case WRITABLE -> {
        check(pin);
        write(pin.range.segment(), pin.offset, value);
      }
      case READ_ONLY -> {
        check(pin);
        if (!pin.range.segment().isReadOnly()) {
          throw new AssertionError("a read-only range can be written");
        }
      }
      case SHARED ->
          CompletableFuture.runAsync(
                  () -> {
                    check(pin);
                    write(pin.range.segment(), pin.offset, value);
                  })
              .join();
    }
  }

  private void check(Pin pin) {
    MemorySegment segment = pin.range.segment();
    MemorySegment expected = MemorySegment.ofArray(bytes).asSlice(pin.offset, segment.byteSize());
    long at = expected.mismatch(segment);
    if (at >= 0) {
      throw new AssertionError("first difference at pinned byte " + (pin.offset + at));
    }
  }

  private void write(MemorySegment segment, int offset, byte value) {
    for (int i = 0; i < segment.byteSize(); i += STRIDE) {
      segment.set(ValueLayout.JAVA_BYTE, i, value);
      bytes[offset + i] = value;
    }
  }

  /** Closes all that are open. */
  @Override
  public void close() {
    while (!open.isEmpty()) {
      open.removeLast().range.close();
    }
  }
}
