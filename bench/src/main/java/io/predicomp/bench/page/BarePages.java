package io.predicomp.bench.page;

import static io.predicomp.bench.page.JsonPages.PAGE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.codec.Lz4Library;
import io.predicomp.os.memory.AddressRanges;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;
import io.predicomp.os.memory.PageDiscarder;
import java.lang.foreign.Arena;

/**
 * The least that can be done: LZ4 called on the pages themselves, payloads one behind the other in
 * page order, no state, no concurrency. One page must not be compressed while it is out. For one
 * thread at a time, but for {@link #restore}.
 */
final class BarePages implements AutoCloseable {
  /** As many as the arena takes at a time. */
  static final int BATCH = 64;

  private static final int FILL_STEP = 4096;

  private final Mapping memory;
  private final Mapping payloads;
  private final long[] payloadAt;
  private final int[] lengths;
  private final long state;
  private final AddressRanges ranges = new AddressRanges(BATCH);
  private final PageDiscarder discarder = PageDiscarder.best();
  private long end;

  BarePages(int pages) {
    long bytes = (long) pages * PAGE;
    memory = Mapping.anonymous(bytes, MemoryAdvice.NOHUGEPAGE, MemoryAdvice.DONTFORK);
    payloads = Mapping.anonymous(bytes, MemoryAdvice.NOHUGEPAGE, MemoryAdvice.DONTFORK);
    payloadAt = new long[pages];
    lengths = new int[pages];
    state = Arena.global().allocate(Lz4Library.fastStateBytes(), Long.BYTES).address();
    Lz4Library.initFastState(state);
  }

  /** Pages with contents, all of them compressed. */
  static BarePages demoted(int pages, JsonPages contents) {
    BarePages bare = new BarePages(pages);
    for (int from = 0; from < pages; from += FILL_STEP) {
      int to = Math.min(pages, from + FILL_STEP);
      for (int page = from; page < to; page++) {
        contents.write(page, bare.address(page));
      }
      bare.demote(from, to);
    }
    return bare;
  }

  long address(int page) {
    return memory.address() + (long) page * PAGE;
  }

  /** Compresses pages and gives their memory back, {@value #BATCH} at a time. */
  void demote(int from, int to) {
    long target = payloads.address() + (from == 0 ? 0 : end);
    for (int page = from; page < to; ) {
      ranges.clear();
      int batchEnd = Math.min(to, page + BATCH);
      for (; page < batchEnd; page++) {
        int length = Lz4Library.compressFast(state, address(page), target, PAGE, PAGE, 1);
        if (length <= 0) {
          throw new IllegalStateException("page " + page + " does not compress");
        }
        payloadAt[page] = target;
        lengths[page] = length;
        target += length;
        ranges.add(address(page), PAGE);
      }
      discard();
    }
    end = target - payloads.address();
  }

  /** As {@link #demote}, for pages in any order whose payload takes its old place. */
  void demoteAgain(int[] pages) {
    for (int i = 0; i < pages.length; ) {
      ranges.clear();
      for (int batchEnd = Math.min(pages.length, i + BATCH); i < batchEnd; i++) {
        long address = address(pages[i]);
        int length = Lz4Library.compressFast(state, address, payloadAt[pages[i]], PAGE, PAGE, 1);
        if (length != lengths[pages[i]]) {
          throw new IllegalStateException("page " + pages[i] + " is not what it was");
        }
        ranges.add(address, PAGE);
      }
      discard();
    }
  }

  /** Gives memory back without compressing: the payloads of the last {@link #demote} are valid. */
  void drop(int from, int to) {
    for (int page = from; page < to; ) {
      ranges.clear();
      for (int batchEnd = Math.min(to, page + BATCH); page < batchEnd; page++) {
        ranges.add(address(page), PAGE);
      }
      discard();
    }
  }

  private void discard() {
    if (discarder.discard(ranges) != ranges.byteSize()) {
      throw new IllegalStateException("a discard stopped half-way");
    }
  }

  /** Decompresses straight into the discarded page; returns its first word. */
  long restore(int page) {
    long address = address(page);
    if (Lz4Library.decompress(payloadAt[page], address, lengths[page], PAGE) != PAGE) {
      throw new IllegalStateException("page " + page + " does not come back");
    }
    return AddressSpace.ALL.get(JAVA_LONG_UNALIGNED, address);
  }

  long payloadBytes() {
    return end;
  }

  @Override
  public void close() {
    memory.close();
    payloads.close();
  }
}
