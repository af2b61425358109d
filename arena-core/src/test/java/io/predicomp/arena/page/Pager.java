package io.predicomp.arena.page;

import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.policy.AdmissionPolicy;
import io.predicomp.arena.policy.Budget;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.arena.stress.Words;
import io.predicomp.arena.testkit.PageContents;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;
import io.predicomp.os.memory.PageDiscarder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** One region and what moves its pages, made of parts that a test replaces. */
final class Pager implements AutoCloseable {
  static final int PAGE = 4096;

  final CompressedPool pool;
  final Mapping mapping;
  final PageTable table;
  final PageMover mover;

  Pager(int pages) {
    this(pages, Codecs.parse("lz4"), ProcessBarrier.best(), PageDiscarder.best());
  }

  Pager(int pages, PageCodec codec, ProcessBarrier barrier, PageDiscarder discarder) {
    this(pages, 4 << 20, codec, barrier, discarder);
  }

  Pager(
      int pages, long poolLimit, PageCodec codec, ProcessBarrier barrier, PageDiscarder discarder) {
    this(pages, poolLimit, Budget.NONE, codec, barrier, discarder);
  }

  Pager(
      int pages,
      long poolLimit,
      Budget budget,
      PageCodec codec,
      ProcessBarrier barrier,
      PageDiscarder discarder) {
    this(pages, CompressedPool.create(poolLimit), budget, codec, barrier, discarder);
  }

  Pager(
      int pages,
      CompressedPool pool,
      Budget budget,
      PageCodec codec,
      ProcessBarrier barrier,
      PageDiscarder discarder) {
    this.pool = pool;
    mapping =
        Mapping.anonymous((long) pages * PAGE, MemoryAdvice.NOHUGEPAGE, MemoryAdvice.DONTFORK);
    table = new PageTable(mapping.address(), mapping.byteSize(), PAGE, 1, true);
    mover =
        new PageMover(
            new PageMover.Parts(
                pool,
                codec,
                new AdmissionPolicy(5, 90, 90),
                true,
                barrier,
                discarder,
                budget,
                DenseTierPolicy.OFF,
                PAGE));
    mover.add(table);
  }

  long demoteAll() {
    return mover.demote(table, 0, table.pageCount);
  }

  /** Accesses as the protocol asks for. */
  Words words() {
    return new Words() {
      @Override
      public long get(long offset) {
        PinSlot slot = ThreadSlots.slot();
        try {
          slot.enterReadPages(table, table.pageOf(offset), 1);
          return raw(offset);
        } finally {
          slot.exit();
        }
      }

      @Override
      public void set(long offset, long value) {
        PinSlot slot = ThreadSlots.slot();
        try {
          slot.enterWritePages(table, table.pageOf(offset), 1);
          setRaw(offset, value);
        } finally {
          slot.exit();
        }
      }
    };
  }

  /** Reads memory whatever the state of the page. */
  long raw(long offset) {
    return AddressSpace.ALL.get(ValueLayout.JAVA_LONG, table.base + offset);
  }

  /** Writes memory whatever the state of the page. */
  void setRaw(long offset, long value) {
    AddressSpace.ALL.set(ValueLayout.JAVA_LONG, table.base + offset, value);
  }

  /** Fills every page with something that LZ4 halves; the content depends on page and seed. */
  void fill(long seed) {
    Words words = words();
    for (long at = 0; at < table.byteSize; at += Long.BYTES) {
      words.set(at, word(seed, at));
    }
  }

  /** What {@link #fill} writes: of eight words four are the same and four differ by their place. */
  static long word(long seed, long offset) {
    return (offset & 32) == 0 ? seed : (offset + seed) * 0x9E3779B97F4A7C15L;
  }

  /** Fills every page with records of text that resemble those of other pages. */
  void fillText(long seed) {
    for (int page = 0; page < table.pageCount; page++) {
      writeText(page, seed);
    }
  }

  void writeText(int page, long seed) {
    byte[] text = PageContents.TEXT.bytes(PAGE, seed * 1_000_000 + page);
    PinSlot slot = ThreadSlots.slot();
    try {
      slot.enterWritePages(table, page, 1);
      MemorySegment.copy(
          text, 0, AddressSpace.ALL, ValueLayout.JAVA_BYTE, table.address(page), PAGE);
    } finally {
      slot.exit();
    }
  }

  void checkText(long seed) {
    for (int page = 0; page < table.pageCount; page++) {
      checkText(page, seed);
    }
  }

  /** Reads a page, which restores it, and compares it with what {@link #writeText} wrote. */
  void checkText(int page, long seed) {
    byte[] actual = new byte[PAGE];
    PinSlot slot = ThreadSlots.slot();
    try {
      slot.enterReadPages(table, page, 1);
      MemorySegment.copy(
          AddressSpace.ALL, ValueLayout.JAVA_BYTE, table.address(page), actual, 0, PAGE);
    } finally {
      slot.exit();
    }
    if (!Arrays.equals(PageContents.TEXT.bytes(PAGE, seed * 1_000_000 + page), actual)) {
      throw new AssertionError(table.describe(page) + " differs from seed " + seed);
    }
  }

  /** Reads every page and compares it with what {@link #fill} wrote. */
  void check(long seed) {
    for (int page = 0; page < table.pageCount; page++) {
      checkPage(page, seed);
    }
  }

  void checkPage(int page, long seed) {
    Words words = words();
    for (long at = (long) page * PAGE; at < (page + 1L) * PAGE; at += Long.BYTES) {
      if (words.get(at) != word(seed, at)) {
        throw new AssertionError(
            table.describe(page) + " differs at " + at + ": " + Long.toHexString(words.get(at)));
      }
    }
  }

  @Override
  public void close() {
    mover.close(table);
    mover.close();
    pool.close();
    mapping.close();
  }
}
