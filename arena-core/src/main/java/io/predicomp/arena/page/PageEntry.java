package io.predicomp.arena.page;

/**
 * What a page's entry holds while a compressed copy exists: 64 bits naming the copy.
 *
 * <pre>
 *   63 62 61   56 55      40 39                                     0
 *   | tried | codec |  length  |  pool handle                       |
 *
 *   tried   which denser tiers gain nothing for this content (PageCodecs)
 *   codec   index into the arena's codecs
 *   length  payload bytes, 1 to 65,535
 *   handle  from CompressedPool.store
 * </pre>
 *
 * Without a copy the entry is the 64-bit word that fills the page ({@link PageState}).
 */
public final class PageEntry {
  private static final int HANDLE_BITS = 40;
  private static final int LENGTH_BITS = 16;
  private static final long HANDLE_MASK = (1L << HANDLE_BITS) - 1;
  private static final int LENGTH_MASK = (1 << LENGTH_BITS) - 1;

  private PageEntry() {}

  public static long of(int codec, int length, long handle) {
    assert length > 0 && length <= LENGTH_MASK && (handle & ~HANDLE_MASK) == 0 && codec >>> 8 == 0;
    return ((long) codec << (HANDLE_BITS + LENGTH_BITS)) | ((long) length << HANDLE_BITS) | handle;
  }

  /** Index and tried bits in one, 0 to 255. */
  static int codec(long entry) {
    return (int) (entry >>> (HANDLE_BITS + LENGTH_BITS));
  }

  public static int length(long entry) {
    return (int) (entry >>> HANDLE_BITS) & LENGTH_MASK;
  }

  public static long handle(long entry) {
    return entry & HANDLE_MASK;
  }

  /** The same copy, with one more tier that need not be tried. */
  static long withTried(long entry, int triedBit) {
    return entry | (long) triedBit << (HANDLE_BITS + LENGTH_BITS);
  }

  public static long withHandle(long entry, long handle) {
    return (entry & ~HANDLE_MASK) | handle;
  }
}
