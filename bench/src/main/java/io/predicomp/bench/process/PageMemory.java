package io.predicomp.bench.process;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.Cursor;
import io.predicomp.arena.Region;
import io.predicomp.arena.TransparentArena;
import io.predicomp.arena.codec.Codecs;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;
import io.predicomp.os.memory.Residency;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Optional;

/** Pages of one of the kinds that are compared. For one thread. */
public abstract class PageMemory implements AutoCloseable {
  final int pageBytes;

  PageMemory(int pageBytes) {
    this.pageBytes = pageBytes;
  }

  /**
   * {@return zeroed pages}
   *
   * @param access {@code checked}, {@code transparent} or {@code plain}
   * @throws UnsupportedOperationException if this machine or build cannot; the message says why
   */
  public static PageMemory open(
      String access, int pages, int pageBytes, long poolLimit, int minSavingsPct, String codec) {
    if (access.equals("plain")) {
      return new Plain(pages, pageBytes);
    }
    CompressedArena arena =
        CompressedArena.open(
            ArenaConfig.builder()
                .poolLimit(poolLimit)
                .minSavingsPercent(minSavingsPct)
                .pageBytes(pageBytes)
                .codec(Codecs.parse(codec))
                .build());
    try {
      return access.equals("checked")
          ? new Checked(arena, pages, pageBytes)
          : new Transparent(arena, pages, pageBytes);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /** Writes a whole page. */
  public abstract void write(int page, MemorySegment content);

  /** {@return the first word of a page} */
  public abstract long read(int page);

  /** {@return whether a page equals what is given} */
  public abstract boolean equals(int page, MemorySegment content);

  /** Compresses whatever can be; returns pages that left memory. */
  public abstract long compress();

  /** {@return whether a read of the page would find it in memory} */
  public abstract boolean isResident(int page);

  /** {@return statistics, if there is an arena} */
  public abstract Optional<ArenaStats> stats();

  @Override
  public abstract void close();

  final long offset(int page) {
    return (long) page * pageBytes;
  }

  /** Through a cursor. */
  private static final class Checked extends PageMemory {
    private final CompressedArena arena;
    private final Region region;
    private final Cursor cursor;

    Checked(CompressedArena arena, int pages, int pageBytes) {
      super(pageBytes);
      this.arena = arena;
      region = arena.allocateRegion((long) pages * pageBytes);
      cursor = region.cursor();
    }

    @Override
    public void write(int page, MemorySegment content) {
      cursor.copyFrom(offset(page), content, 0, pageBytes);
    }

    @Override
    public long read(int page) {
      return cursor.getLong(offset(page));
    }

    @Override
    public boolean equals(int page, MemorySegment content) {
      return region.mismatch(offset(page), content, 0, pageBytes) < 0;
    }

    @Override
    public long compress() {
      return region.compress();
    }

    @Override
    public boolean isResident(int page) {
      return region.isResident(offset(page));
    }

    @Override
    public Optional<ArenaStats> stats() {
      return Optional.of(arena.stats());
    }

    @Override
    public void close() {
      arena.close();
    }
  }

  /** Memory that is a plain segment. */
  private abstract static class Segmented extends PageMemory {
    /** Opaque reads: the compiler moves plain ones out from between two looks at the clock. */
    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

    private final MemorySegment segment;

    Segmented(MemorySegment segment, int pageBytes) {
      super(pageBytes);
      this.segment = segment;
    }

    @Override
    public final void write(int page, MemorySegment content) {
      MemorySegment.copy(content, 0, segment, offset(page), pageBytes);
    }

    @Override
    public final long read(int page) {
      return (long) WORD.getOpaque(segment, offset(page));
    }

    @Override
    public final boolean equals(int page, MemorySegment content) {
      return segment.asSlice(offset(page), pageBytes).mismatch(content) < 0;
    }

    @Override
    public final boolean isResident(int page) {
      return Residency.residentBytes(segment.asSlice(offset(page), pageBytes)) == pageBytes;
    }
  }

  private static final class Transparent extends Segmented {
    private final CompressedArena arena;
    private final TransparentArena transparent;

    Transparent(CompressedArena arena, int pages, int pageBytes) {
      super(arena.transparent().allocate((long) pages * pageBytes, pageBytes), pageBytes);
      this.arena = arena;
      this.transparent = arena.transparent();
    }

    @Override
    public long compress() {
      return transparent.compress();
    }

    @Override
    public Optional<ArenaStats> stats() {
      return Optional.of(arena.stats());
    }

    @Override
    public void close() {
      arena.close();
    }
  }

  private static final class Plain extends Segmented {
    private final Mapping mapping;

    Plain(int pages, int pageBytes) {
      this(
          Mapping.anonymous(
              (long) pages * pageBytes, MemoryAdvice.NOHUGEPAGE, MemoryAdvice.DONTFORK),
          pageBytes);
    }

    private Plain(Mapping mapping, int pageBytes) {
      super(mapping.segment(), pageBytes);
      this.mapping = mapping;
    }

    @Override
    public long compress() {
      return 0;
    }

    @Override
    public Optional<ArenaStats> stats() {
      return Optional.empty();
    }

    @Override
    public void close() {
      mapping.close();
    }
  }
}
