package io.predicomp.bench.rival;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.Cursor;
import io.predicomp.arena.Region;
import io.predicomp.arena.TransparentArena;
import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.policy.PageTier;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/** The arena. */
final class ArenaRival {
  private ArenaRival() {}

  private static CompressedArena open(Pages pages, String codec) {
    return CompressedArena.open(
        ArenaConfig.builder()
            .poolLimit(Math.max(ArenaConfig.mebibytes(64), 2 * pages.byteSize()))
            .codec(Codecs.parse(codec))
            .build());
  }

  private static long held(ArenaStats stats) {
    return stats.residentBytes() + stats.poolBytes() + stats.pageTableBytes();
  }

  private static Map<String, Object> details(ArenaStats stats) {
    return Map.of(
        "payload_bytes", stats.pool().payload(),
        "pool_bytes", stats.poolBytes(),
        "page_table_bytes", stats.pageTableBytes(),
        "resident_bytes", stats.residentBytes());
  }

  /** Through a cursor, in the tier that is asked for. */
  static final class Checked implements Rival {
    private final Pages pages;
    private final CompressedArena arena;
    private final Region region;
    private final Cursor cursor;
    private final PageTier tier;

    Checked(Pages pages, String codec, PageTier tier) {
      this.pages = pages;
      this.tier = tier;
      arena = open(pages, codec);
      region = arena.allocateRegion(pages.byteSize());
      cursor = region.cursor();
      for (int page = 0; page < pages.count(); page++) {
        cursor.copyFrom(Pages.offset(page), pages.content(page), 0, Pages.BYTES);
      }
    }

    @Override
    public String name() {
      return switch (tier) {
        case BASE -> "arena, checked";
        case DENSE -> "arena, dense tier";
        case COLDEST -> "arena, coldest tier";
      };
    }

    @Override
    public String note() {
      return tier == PageTier.BASE ? "" : "demotion is compression twice, training included";
    }

    @Override
    public void rewrite() {
      for (int page = 0; page < pages.count(); page++) {
        cursor.setLong(Pages.offset(page), pages.firstWord(page));
      }
    }

    @Override
    public long demote() {
      long demoted = region.compress();
      if (tier != PageTier.BASE) {
        arena.recompressAll(tier);
        arena.compactPool(); // the old copies left holes
      }
      return demoted;
    }

    @Override
    public long heldBytes() {
      return held(arena.stats());
    }

    @Override
    public long read(int[] order, int from, long[] nanos) {
      Cursor own = cursor;
      long sum = 0;
      for (int i = 0; i < nanos.length; i++) {
        long offset = Pages.offset(order[from + i]);
        long start = System.nanoTime();
        sum += own.getLong(offset);
        nanos[i] = System.nanoTime() - start;
      }
      return sum;
    }

    @Override
    public Map<String, Object> details() {
      return ArenaRival.details(arena.stats());
    }

    @Override
    public void close() {
      arena.close();
    }
  }

  /** As a plain segment. */
  static final class Transparent extends SegmentRival {
    private final CompressedArena arena;
    private final TransparentArena transparent;

    private Transparent(
        Pages pages, CompressedArena arena, TransparentArena transparent, MemorySegment segment) {
      super(pages, segment);
      this.arena = arena;
      this.transparent = transparent;
      fill();
    }

    static Transparent open(Pages pages, String codec) throws Unavailable {
      CompressedArena arena = ArenaRival.open(pages, codec);
      try {
        TransparentArena transparent = arena.transparent();
        return new Transparent(
            pages, arena, transparent, transparent.allocate(pages.byteSize(), Pages.BYTES));
      } catch (UnsupportedOperationException e) {
        arena.close();
        throw new Unavailable(String.valueOf(e.getMessage()));
      }
    }

    @Override
    public String name() {
      return "arena, transparent";
    }

    @Override
    public long demote() {
      return transparent.compress();
    }

    @Override
    public long heldBytes() {
      return held(arena.stats());
    }

    @Override
    public Map<String, Object> details() {
      return ArenaRival.details(arena.stats());
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
