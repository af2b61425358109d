package io.predicomp.arena.page;

import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.Lz4HcDictionaryCodec;
import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.codec.PatternCodec;
import io.predicomp.arena.codec.RegionDictionary;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.os.ErrnoException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Which codec an entry's {@code codec} byte means, and how many copies need each.
 *
 * <pre>
 *    7          6       5                0
 *   | coldest  | dense | index            |
 *     gains      gains   0       the arena's codec
 *     nothing    nothing 1       the words that the page repeats, denser than which nothing is
 *                        2, 3    LZ4 HC, Zstandard
 *                        4 to 63 one dictionary each, used again when no copy needs it
 * </pre>
 *
 * <p>The tried bits only keep a page from being compressed again and again for nothing; they go
 * when the page is written, because its next copy starts without them.
 *
 * <p>A copy counts from before its entry is published until after it was last read: its dictionary
 * cannot go while somebody restores from it. Counting happens in {@link #added} and {@link
 * #dropped}, which {@link PageMover} alone calls. Copies of the first two are not counted, so a
 * restore of one costs the array load of {@link #of} and a comparison.
 *
 * <p>{@link #of} and {@link #dropped} are for any thread, the rest for the holder of the demotion
 * lock. An index changes its meaning only while no copy has it; whoever reads an entry has, by the
 * release and acquire of its page's state, also seen what its index means.
 */
final class PageCodecs implements AutoCloseable {
  static final int BASE = 0;
  static final int HIGH_COMPRESSION = 2;
  static final int ZSTD = 3;
  private static final int FIRST_DICTIONARY = 4;
  private static final int INDEXES = 64;
  private static final int INDEX_MASK = INDEXES - 1;

  /** Bits of a codec byte beside the index. */
  static final int TRIED_DENSE = 0x40;

  static final int TRIED_COLDEST = 0x80;

  /** What demotion makes of a page that repeats a pattern, with the tried bits. */
  static final int PATTERN = 1 | TRIED_DENSE | TRIED_COLDEST;

  /** docs/dense-tier.md: nearly level 9's ratio with a dictionary, at half of its time or less. */
  static final int HIGH_COMPRESSION_LEVEL = 6;

  /** docs/dense-tier.md: what lies above gains little and costs twice as much. */
  static final int ZSTD_LEVEL = 6;

  private final CompressedPool pool;

  /** By the whole byte, so that a restore needs no mask. */
  private final PageCodec[] codecs = new PageCodec[256];

  private final Uses[] uses = new Uses[INDEXES];

  /** Set once. */
  private volatile @Nullable PoolTenant tenant;

  private final boolean[] retired = new boolean[INDEXES];

  /** Bytes of the pool's limit that each dictionary has now. */
  private final long[] borrowed = new long[INDEXES];

  /** Copies of one codec. */
  private static final class Uses {
    final AtomicLong pages = new AtomicLong();
    final AtomicLong bytes = new AtomicLong();
  }

  PageCodecs(CompressedPool pool, PageCodec base) {
    this.pool = pool;
    set(BASE, base);
    set(PATTERN & INDEX_MASK, new PatternCodec());
    for (int index = HIGH_COMPRESSION; index < INDEXES; index++) {
      uses[index] = new Uses();
    }
  }

  /** Gives an index its meaning; no copy may have it. */
  void set(int index, @Nullable PageCodec codec) {
    PoolTenant other = tenant;
    if (other != null) {
      other.decodes(index, codec); // first: no page may have a codec that it knows nothing of
    }
    for (int bits = 0; bits < 256; bits += INDEXES) {
      codecs[bits | index] = codec;
    }
  }

  /** Lets somebody else decode, and drop, copies as well; once. */
  void tell(PoolTenant other) {
    for (int index = 0; index < INDEXES; index++) {
      if (codecs[index] != null) {
        other.decodes(index, codecs[index]);
      }
    }
    tenant = other;
  }

  /** The codec that restores a copy. */
  PageCodec of(long entry) {
    return codecs[PageEntry.codec(entry)];
  }

  /** The codec of an index that is in use. */
  PageCodec codec(int index) {
    return codecs[index];
  }

  static int index(long entry) {
    return PageEntry.codec(entry) & INDEX_MASK;
  }

  /** The tier a copy is in. */
  static PageTier tier(long entry) {
    return switch (index(entry)) {
      case BASE, PATTERN & INDEX_MASK -> PageTier.BASE;
      case ZSTD -> PageTier.COLDEST;
      default -> PageTier.DENSE;
    };
  }

  static boolean wasTried(long entry, PageTier tier) {
    return (PageEntry.codec(entry) & triedBit(tier)) != 0;
  }

  static int triedBit(PageTier tier) {
    return tier == PageTier.COLDEST ? TRIED_COLDEST : TRIED_DENSE;
  }

  /** Counts a copy that is about to be published. */
  void added(long entry) {
    int index = index(entry);
    if (index >= HIGH_COMPRESSION) {
      uses[index].bytes.addAndGet(PageEntry.length(entry));
      uses[index].pages.incrementAndGet();
    }
  }

  /** Counts a copy off that nobody will read any more. */
  void dropped(long entry) {
    int index = index(entry);
    if (index >= HIGH_COMPRESSION) {
      uses[index].bytes.addAndGet(-PageEntry.length(entry));
      // Last: from here on the dictionary may go.
      uses[index].pages.decrementAndGet();
    }
  }

  /** Copies that need a codec other than the arena's. Any thread. */
  long pages(int index) {
    PoolTenant other = tenant;
    return uses[index].pages.get() - (other == null ? 0 : other.droppedPages(index));
  }

  /** Their payload in bytes. Any thread. */
  long bytes(int index) {
    PoolTenant other = tenant;
    return uses[index].bytes.get() - (other == null ? 0 : other.droppedBytes(index));
  }

  /** Copies in the dense tier, with a dictionary and without. Any thread. */
  long densePages() {
    long sum = 0;
    for (int index = HIGH_COMPRESSION; index < INDEXES; index++) {
      sum += index == ZSTD ? 0 : pages(index);
    }
    return sum;
  }

  /** Their payload in bytes. Any thread. */
  long denseBytes() {
    long sum = 0;
    for (int index = HIGH_COMPRESSION; index < INDEXES; index++) {
      sum += index == ZSTD ? 0 : bytes(index);
    }
    return sum;
  }

  /** Dictionaries that exist, superseded ones included. Any thread; not exact meanwhile. */
  int dictionaries() {
    int count = 0;
    for (int index = FIRST_DICTIONARY; index < INDEXES; index++) {
      count += codecs[index] == null ? 0 : 1;
    }
    return count;
  }

  /**
   * Makes a codec without a dictionary available.
   *
   * @throws UnsupportedOperationException if its library cannot be used
   * @throws OutOfMemoryError if there is no memory for what restores need; nothing changes then
   */
  void provide(int index) {
    if (codecs[index] == null) {
      set(
          index,
          Codecs.parse(index == ZSTD ? "zstd-" + ZSTD_LEVEL : "lz4hc-" + HIGH_COMPRESSION_LEVEL));
    }
  }

  /**
   * Takes a dictionary in, which belongs to this from now on, and its bytes from the pool's limit.
   *
   * @return its index, or -1 if there is no index or no room left
   */
  int add(Lz4HcDictionaryCodec codec) {
    reclaim();
    for (int index = FIRST_DICTIONARY; index < INDEXES; index++) {
      if (codecs[index] == null) {
        long bytes = codec.dictionary().heldBytes();
        if (!pool.borrow(bytes)) {
          return -1;
        }
        borrowed[index] = bytes;
        retired[index] = false;
        set(index, codec);
        return index;
      }
    }
    return -1;
  }

  /** Whether an index stands for a dictionary. */
  static boolean isDictionary(int index) {
    return index >= FIRST_DICTIONARY;
  }

  /**
   * Gets a dictionary ready for compressing; false if the pool's limit has no room for that, or the
   * system no memory.
   */
  boolean openEncoder(int index) {
    Lz4HcDictionaryCodec codec = dictionary(index);
    if (codec.dictionary().isEncoderOpen()) {
      return true;
    }
    long bytes = RegionDictionary.encoderBytes();
    if (!pool.borrow(bytes)) {
      return false;
    }
    borrowed[index] += bytes;
    try {
      codec.openEncoder();
      return true;
    } catch (ErrnoException _) {
      return false;
    } finally {
      if (!codec.dictionary().isEncoderOpen()) {
        borrowed[index] -= bytes;
        pool.giveBack(bytes);
      }
    }
  }

  /** Frees what compressing needs; restoring needs none of it. */
  void closeEncoder(int index) {
    Lz4HcDictionaryCodec codec = dictionary(index);
    codec.dictionary().closeEncoder();
    long held = codec.dictionary().heldBytes();
    pool.giveBack(borrowed[index] - held);
    borrowed[index] = held;
  }

  private Lz4HcDictionaryCodec dictionary(int index) {
    return (Lz4HcDictionaryCodec) codecs[index];
  }

  /**
   * Says that nothing will be compressed with a dictionary any more; it goes with its last copy.
   */
  void retire(int index) {
    closeEncoder(index);
    retired[index] = true;
    reclaim();
  }

  /** Frees dictionaries that are retired and that no copy needs. */
  void reclaim() {
    for (int index = FIRST_DICTIONARY; index < INDEXES; index++) {
      if (retired[index] && pages(index) == 0) {
        free(index);
      }
    }
  }

  private void free(int index) {
    Lz4HcDictionaryCodec codec = dictionary(index);
    set(index, null);
    retired[index] = false;
    codec.dictionary().close();
    pool.giveBack(borrowed[index]);
    borrowed[index] = 0;
  }

  /** Frees every dictionary. No copy may exist any more. */
  @Override
  public void close() {
    for (int index = FIRST_DICTIONARY; index < INDEXES; index++) {
      if (codecs[index] != null) {
        free(index);
      }
    }
  }
}
