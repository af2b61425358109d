package io.predicomp.arena.page;

import io.predicomp.arena.policy.Recurrence;
import io.predicomp.arena.policy.VictimPolicy;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one region: a state byte, an entry, an age and a few numbers each, all on the heap,
 * so that a cursor that outlives its region still finds {@link PageState#CLOSED} instead of freed
 * memory.
 *
 * <p>Who may write what: states change only through the parts of {@link PageMover}; the entry, the
 * checksum and the demotion stamp of a page belong to whoever holds it in {@code EVICTING}, {@code
 * DISCARDING} or {@code RESTORING}, or pins it and has just won the CAS that removed {@code COPY}.
 * They are published by the release store of the state and read after its acquire load.
 */
public final class PageTable extends DensePages implements AgedRegion {
  static final VarHandle STATE = MethodHandles.arrayElementVarHandle(byte[].class);

  /** Ages do not go beyond this many epochs. */
  public static final int OLDEST = 255;

  /** States from this one up may be read. */
  public static final byte READABLE = PageState.READABLE;

  /** States from this one up may be written. */
  public static final byte WRITABLE = PageState.WRITABLE;

  /** The address of the first byte. */
  final long base;

  final long byteSize;
  final int pageBytes;
  final int pageShift;
  final int pageMask;
  final int pageCount;

  /** Arena-global number of page 0: the owner of a pool object is a global page number. */
  final long firstPage;

  final byte[] states;
  final long[] entries;

  /** Low bits of the demotion sequence number at the last demotion; 0: never demoted. */
  final int[] demotedAt;

  /**
   * Hotness epochs since each page was last seen accessed, {@link #OLDEST} at most. Written by the
   * holder of the demotion lock.
   */
  final byte[] ages;

  /** How often each page was touched before, as {@link Recurrence} has it. Written as the ages. */
  final byte[] recurrences;

  /** Of pages that have a compressed copy; null when the arena does not check. */
  final int @Nullable [] checksums;

  private final FoundPages foundPages;

  /** What brings these pages back; set before anything else knows of the table. */
  private @Nullable PageRestorer restorer;

  private @Nullable PageMover mover;

  /**
   * All pages start resident, untouched and equal to zero, which is what a fresh anonymous mapping
   * is.
   *
   * @param base address of the first byte
   * @param byteSize bytes, a multiple of {@code pageBytes}
   * @param firstPage arena-global number of the first page
   */
  public PageTable(long base, long byteSize, int pageBytes, long firstPage, boolean checksums) {
    if (Integer.bitCount(pageBytes) != 1 || byteSize <= 0 || byteSize % pageBytes != 0) {
      throw new IllegalArgumentException("byteSize=" + byteSize + ", pageBytes=" + pageBytes);
    }
    this.base = base;
    this.byteSize = byteSize;
    this.pageBytes = pageBytes;
    this.pageShift = Integer.numberOfTrailingZeros(pageBytes);
    this.pageMask = pageBytes - 1;
    this.pageCount = Math.toIntExact(byteSize >>> pageShift);
    this.firstPage = firstPage;
    this.states = new byte[pageCount];
    java.util.Arrays.fill(states, PageState.RESIDENT);
    this.entries = new long[pageCount];
    this.demotedAt = new int[pageCount];
    this.ages = new byte[pageCount];
    this.recurrences = new byte[pageCount];
    this.checksums = checksums ? new int[pageCount] : null;
    this.foundPages = new FoundPages(pageCount);
  }

  /** Binds the table to its mover, for good. */
  void setMover(PageMover mover) {
    this.mover = mover;
    this.restorer = mover.restorer;
  }

  private PageMover mover() {
    assert mover != null;
    return mover;
  }

  PageRestorer restorer() {
    assert restorer != null;
    return restorer;
  }

  /** Bytes that one piece of a bulk access may pin, at most {@code most}. */
  public int largestPieceBytes(int most) {
    return restorer().budget().pieceBytes(most);
  }

  /** Bytes, a multiple of the page size. */
  public long byteSize() {
    return byteSize;
  }

  @Override
  public int pageBytes() {
    return pageBytes;
  }

  @Override
  public int pageCount() {
    return pageCount;
  }

  @Override
  public long firstPage() {
    return firstPage;
  }

  @Override
  public long base() {
    return base;
  }

  /** Bytes this table itself costs on the heap, for its content, not object headers. */
  public long metadataBytes() {
    return (long) pageCount
        * (Byte.BYTES
            + Long.BYTES
            + Integer.BYTES
            + Byte.BYTES
            + Byte.BYTES
            + (checksums == null ? 0 : Integer.BYTES));
  }

  /** The state bytes themselves, for the fast path of an access. */
  public byte[] states() {
    return states;
  }

  /** Reads a state byte in the order that {@link Pins#announce} asks for. */
  public static byte stateAcquire(byte[] states, int page) {
    return (byte) STATE.getAcquire(states, page);
  }

  byte state(int page) {
    return (byte) STATE.getAcquire(states, page);
  }

  /** Whether the page is in memory at this moment. */
  public boolean isResident(int page) {
    return PageState.isResident(state(page));
  }

  @Override
  public boolean isAway(int page) {
    return PageState.isEvicted(state(page));
  }

  @Override
  public int age(int page) {
    return ages[page] & OLDEST;
  }

  @Override
  public int coldness(int page) {
    return Recurrence.coldness(recurrences[page], age(page));
  }

  @Override
  public void harvest(int page, int count, int epochs, AgeObserver observer) {
    mover().harvest(this, page, count, epochs, observer);
  }

  @Override
  public int demoteCold(int page, int end, VictimPolicy victims, DemotionTally tally) {
    return mover().demoteCold(this, page, end, victims, tally);
  }

  @Override
  public PrefetchOutcome prefetch(int page) {
    return mover().prefetch(this, page);
  }

  @Override
  public FoundPages foundPages() {
    return foundPages;
  }

  /** Whether a page is in memory and was used lately, by its age in epochs or by a fresh mark. */
  public boolean usedWithin(int page, int epochs) {
    byte state = state(page);
    return PageState.isResident(state)
        && !isFresh(page, state)
        && (age(page) <= epochs || PageState.isRecent(state));
  }

  /** For the parts of {@link PageMover} alone, as {@link #publish}. */
  boolean cas(int page, byte expected, byte state) {
    return STATE.compareAndSet(states, page, expected, state);
  }

  /** For the holder of a page, who lets it go. */
  void publish(int page, byte state) {
    STATE.setRelease(states, page, state);
  }

  /** Waits while a page is in a state that its holder will leave. */
  void awaitChange(int page, byte state) {
    Backoff backoff = new Backoff();
    while (state(page) == state) {
      backoff.pause();
    }
  }

  @Override
  protected long evicted(int page) {
    byte state = state(page);
    return state == PageState.EVICTED_WITH_COPY ? state : 0;
  }

  @Override
  protected long copyOf(int page) {
    return entries[page];
  }

  @Override
  protected int demotedAt(int page) {
    return demotedAt[page];
  }

  @Override
  protected boolean isIntact(int page, long address) {
    return checksums == null || PageChecksum.of(address, pageBytes) == checksums[page];
  }

  @Override
  protected boolean exchange(int page, long evicted, long entry) {
    byte state = (byte) evicted;
    if (!cas(page, state, PageState.restoring(state))) {
      return false;
    }
    entries[page] = entry;
    publish(page, state);
    return true;
  }

  long address(int page) {
    return base + ((long) page << pageShift);
  }

  int pageOf(long offset) {
    return (int) (offset >>> pageShift);
  }

  /**
   * A page nobody has touched and nobody has demoted has no physical memory: nothing can be gained
   * by demoting it.
   */
  boolean isFresh(int page, byte state) {
    return state == PageState.RESIDENT && demotedAt[page] == 0;
  }

  /** Built outside the access paths so that they stay small. */
  IndexOutOfBoundsException outOfBounds(long offset, long length) {
    return new IndexOutOfBoundsException(
        "Out of bound access on region of "
            + byteSize
            + " bytes; offset = "
            + offset
            + "; length = "
            + length);
  }

  /**
   * Checks a range of bytes.
   *
   * @throws IndexOutOfBoundsException if it leaves the region
   */
  public void checkRange(long offset, long length) {
    if (offset < 0 || length < 0 || offset > byteSize - length) {
      throw outOfBounds(offset, length);
    }
  }

  String describe(int page) {
    return "page " + page + " " + PageState.describe(state(page));
  }
}
