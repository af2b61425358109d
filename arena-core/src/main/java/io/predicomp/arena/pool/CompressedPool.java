package io.predicomp.arena.pool;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.os.SystemPage;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;

/**
 * The off-heap store of compressed pages: payloads of 1 to 65535 bytes in slots of size classes, in
 * slabs over one reserved mapping, under a hard limit on everything it holds.
 *
 * <pre>
 *   store ──► Placement ──► Slabs ──► Extents ──► PoolMemory ──► OS
 *               ▲             ▲          (cached, released in batches)
 *   compact ──► Compactor ────┤
 *   drainFreed ─► Recycler ───┘
 *                   ▲
 *   free ──────► FreedList       any thread, lock-free
 * </pre>
 *
 * <p>Threads: {@link #store}, {@link #drainFreed}, {@link #compact}, {@link #checkInvariants} and
 * {@link #close} are the <em>owner side</em>: one thread at a time, under a lock that the caller
 * holds. {@link #free}, {@link #memory}, {@link #address}, {@link #offset} and the statistics are
 * for any thread. Nothing allocates on the Java heap once every size class in use has had a slab.
 *
 * <p>A handle is the slot's distance from the start of the mapping in 16-byte steps: greater than
 * 0, and it fits 40 bits. After {@link #close} every call that needs the memory throws {@link
 * IllegalStateException}.
 */
public final class CompressedPool implements AutoCloseable {
  /** Returned by {@link #store} when the payload was not stored. */
  public static final long REJECTED_FULL = -1;

  /** The largest payload, in bytes. */
  public static final int MAX_PAYLOAD_BYTES = SlotHeader.MAX_LENGTH;

  /** The largest owner number. */
  public static final long MAX_OWNER = SlotHeader.MAX_ADDRESS;

  private static final SizeClasses CLASSES = new SizeClasses((int) SystemPage.SIZE);

  /** The least limit, in system pages: below, the tables alone would use it up. */
  private static final int LEAST_LIMIT_UNITS = 16;

  /** Freed slots a store takes back before it opens a slab: few enough to leave no latency tail. */
  private static final int STORE_RECYCLES = 16;

  /**
   * One slab adds at most this many records: its own, that of the rest of a split extent, and that
   * of what is taken ahead.
   */
  private static final int RECORDS_PER_SLAB = 3;

  private final long limitBytes;

  /** What the owner allows for the moment. Owner side. */
  private long heldBelow = Long.MAX_VALUE;

  /** Calls of {@link #beginFilling} that have not ended. Owner side. */
  private int fillers;

  private final PoolLayout layout;
  private final PoolMemory poolMemory;
  private final MemorySegment memory;
  private final ExtentTable table;
  private final Extents extents;
  private final Slabs slabs;
  private final Placement placement;
  private final FreedList freedList;
  private final Recycler recycler;
  private final Compactor compactor;
  private final long fixedHeapBytes;
  private final OwnerCounter storedBytes = new OwnerCounter();
  private final OwnerCounter storedObjects = new OwnerCounter();
  private final OwnerCounter borrowedBytes = new OwnerCounter();
  private final OwnerCounter compactions = new OwnerCounter();
  private final Map<RejectReason, OwnerCounter> rejects = new EnumMap<>(RejectReason.class);
  private final AtomicBoolean closed = new AtomicBoolean();

  private CompressedPool(long limitBytes, PoolLayout layout, PoolMemory poolMemory) {
    this.limitBytes = limitBytes;
    this.layout = layout;
    this.poolMemory = poolMemory;
    this.memory = poolMemory.segment();
    this.table = new ExtentTable(memory, layout);
    this.extents = new Extents(table, poolMemory);
    this.slabs = new Slabs(memory, CLASSES, table, extents);
    this.placement = new Placement(CLASSES, slabs, extents, layout.unitBytes());
    this.freedList = new FreedList(memory);
    this.recycler = new Recycler(memory, freedList, slabs);
    this.compactor = new Compactor(memory, CLASSES, table, slabs, placement);
    this.fixedHeapBytes = 2 * ExtentBins.HEAP_BYTES + compactor.heapBytes();
    for (RejectReason reason : RejectReason.values()) {
      rejects.put(reason, new OwnerCounter());
    }
  }

  /**
   * Reserves address space for a pool; memory is taken as it is needed.
   *
   * @param limitBytes the most the pool may hold, in bytes: payload, fragmentation and metadata
   * @throws IllegalArgumentException if {@code limitBytes} is less than 16 system pages or more
   *     than 40-bit handles can address
   * @throws io.predicomp.os.ErrnoException if the OS refuses the mapping
   */
  public static CompressedPool create(long limitBytes) {
    return create(limitBytes, PoolMemory::new);
  }

  /** For tests, which replace what talks to the kernel. */
  static CompressedPool create(long limitBytes, LongFunction<PoolMemory> memory) {
    long least = LEAST_LIMIT_UNITS * SystemPage.SIZE;
    if (limitBytes < least) {
      throw new IllegalArgumentException(
          "pool limit is " + limitBytes + " bytes, must be at least " + least);
    }
    PoolLayout layout = PoolLayout.forLimit(limitBytes, (int) SystemPage.SIZE);
    return new CompressedPool(limitBytes, layout, memory.apply(layout.totalBytes()));
  }

  /**
   * Copies a payload into the pool. Owner side.
   *
   * @param owner an arena page number, given back to the {@link Relocator}
   * @param length payload bytes
   * @return the handle, or {@link #REJECTED_FULL}
   * @throws IllegalArgumentException if {@code length} is not in 1..{@link #MAX_PAYLOAD_BYTES} or
   *     {@code owner} not in 0..{@link #MAX_OWNER}
   * @throws IndexOutOfBoundsException if the payload does not lie in its segment
   */
  public long store(long owner, MemorySegment payload, long payloadOffset, int length) {
    checkLength(length);
    if (owner < 0 || owner > MAX_OWNER) {
      throw new IllegalArgumentException("owner is " + owner + ", must be 0.." + MAX_OWNER);
    }
    Objects.checkFromIndexSize(payloadOffset, length, payload.byteSize());
    long handle = slotFor(SlotHeader.BYTES + length);
    if (handle == 0) {
      return REJECTED_FULL;
    }
    long offset = ExtentTable.offsetOf(handle);
    memory.set(JAVA_LONG, offset, SlotHeader.live(owner, length));
    MemorySegment.copy(payload, payloadOffset, memory, offset + SlotHeader.BYTES, length);
    storedBytes.add(length);
    storedObjects.add(1);
    return handle;
  }

  private long slotFor(int need) {
    long handle = placement.vacantSlot(need);
    if (handle == 0 && recycler.recycle(STORE_RECYCLES) > 0) {
      handle = placement.vacantSlot(need);
    }
    if (handle == 0) {
      handle = slotOfNewSlab(need);
    }
    return handle == 0 ? slotAtLimit(need) : handle;
  }

  private long slotOfNewSlab(int need) {
    long unitsLeft = unitsLeft();
    return unitsLeft < 0 ? 0 : placement.slotOfNewSlab(need, unitsLeft);
  }

  /** The limit is near: use whatever helps, the cheapest first. */
  private long slotAtLimit(int need) {
    recycler.recycle(Integer.MAX_VALUE);
    long handle = placement.vacantSlot(need, SizeClasses.MAX_SLOT_BYTES);
    if (handle == 0) {
      extents.releaseAllCached();
      handle = slotOfNewSlab(need);
    }
    long unitsLeft = unitsLeft();
    if (handle == 0 && unitsLeft > 0) {
      handle = placement.slotOfShorterSlab(need, unitsLeft);
    }
    if (handle == 0) {
      boolean room = placement.leastSlabUnits(need) <= unitsLeft;
      rejects.get(room ? RejectReason.ADDRESS_SPACE : RejectReason.POOL_LIMIT).add(1);
    }
    return handle;
  }

  /** Units a new slab may commit under the limit; negative if not even its records fit. */
  private long unitsLeft() {
    long tables =
        layout.tableBytes(
            table.maxId() + RECORDS_PER_SLAB,
            extents.maxTop() + SizeClasses.MAX_SLAB_UNITS + Extents.MOST_AHEAD);
    long left =
        Math.min(limitBytes, heldBelow)
            - committedBytes()
            - tables
            - heapBytes()
            - Slabs.HEADS_BYTES
            - borrowedBytes.get();
    return Math.floorDiv(left, layout.unitBytes());
  }

  /**
   * Frees an object: lock-free, any thread. Its slot can be used again after the owner has drained
   * the freed handles.
   *
   * @param length the length it was stored with, in bytes
   * @throws IllegalArgumentException if {@code handle} lies outside the pool
   * @throws IllegalStateException if the handle is not live with that length, such as one freed
   *     before
   */
  public void free(long handle, int length) {
    checkHandle(handle);
    checkLength(length);
    freedList.push(handle, length);
  }

  /**
   * Makes the slots of all freed handles usable again and gives memory back to the OS once enough
   * of it is unused, and not needed for {@link #beginFilling}. Owner side. Memory that the OS does
   * not take stays in use.
   *
   * @return the number of handles drained
   */
  public int drainFreed() {
    int drained = recycler.recycle(Integer.MAX_VALUE);
    extents.trim();
    return drained;
  }

  /**
   * Moves objects out of the emptiest slabs so that these can be given back, and drains freed
   * handles. Owner side. Each call is bounded by {@code maxMoves}; call again to go on.
   *
   * @return the number of objects moved; 0 if there was nothing worth moving
   */
  public int compact(Relocator relocator, int maxMoves) {
    Objects.requireNonNull(relocator, "relocator");
    recycler.recycle(Integer.MAX_VALUE);
    int moved = compactor.run(relocator, maxMoves);
    if (moved > 0) {
      compactions.add(1);
    }
    extents.trim();
    return moved;
  }

  /**
   * Says that many stores are about to come, until as many calls of {@link #endFilling}: memory is
   * taken in larger pieces and not given back before, except where the limit needs it. Owner side.
   */
  public void beginFilling() {
    fillers++;
    extents.fill(true);
  }

  /**
   * Ends what {@link #beginFilling} began: empty memory goes back to the OS, if the pool was not
   * closed meanwhile. Owner side.
   */
  public void endFilling() {
    if (--fillers == 0 && !closed.get()) {
      extents.fill(false);
    }
  }

  /** The whole mapping; payloads are found at {@link #offset}. */
  public MemorySegment memory() {
    return memory;
  }

  /** Where the payload of {@code handle} starts, in bytes from the start of {@link #memory}. */
  public long offset(long handle) {
    return ExtentTable.offsetOf(handle) + SlotHeader.BYTES;
  }

  /** The native address of the payload of {@code handle}. */
  public long address(long handle) {
    return poolMemory.address() + offset(handle);
  }

  /** The most the pool may hold, in bytes. */
  public long limitBytes() {
    return limitBytes;
  }

  /**
   * Lets the pool grow up to so many bytes only, below its limit or not, until told otherwise.
   * Owner side. It may hold more already.
   */
  public void holdBelow(long bytes) {
    heldBelow = bytes;
  }

  /** What {@link #holdBelow} said last. Owner side. */
  public long heldBelow() {
    return heldBelow;
  }

  /**
   * Everything the pool holds, in bytes: slabs, cached empty extents, metadata, and what was {@link
   * #borrow}ed.
   */
  public long poolBytes() {
    return committedBytes() + metadataBytes() + borrowedBytes.get();
  }

  /**
   * Takes bytes of the limit for memory that the caller holds elsewhere. Owner side.
   *
   * @return false if the limit does not leave that much
   */
  public boolean borrow(long bytes) {
    long most = Math.min(limitBytes, heldBelow);
    if (bytes > most - poolBytes()) {
      recycler.recycle(Integer.MAX_VALUE);
      extents.releaseAllCached();
      if (bytes > most - poolBytes()) {
        return false;
      }
    }
    borrowedBytes.add(bytes);
    return true;
  }

  /** Gives borrowed bytes back to the limit. Owner side. */
  public void giveBack(long bytes) {
    borrowedBytes.add(-bytes);
  }

  /** Bytes of the limit that are borrowed now. */
  public long borrowedBytes() {
    return borrowedBytes.get();
  }

  /** Bytes of live payloads. Freed ones no longer count, drained or not. */
  public long payloadBytes() {
    return storedBytes.get() - freedList.freedBytes();
  }

  /** Bytes of the tables off-heap, by whole system pages, and of the arrays on the heap. */
  public long metadataBytes() {
    return layout.tableBytes(table.maxId(), extents.maxTop()) + heapBytes();
  }

  /** Bytes that can be filled without taking memory: vacant slots and cached empty extents. */
  public long freeBytes() {
    return fragmentedBytes() + extents.cachedUnits() * layout.unitBytes();
  }

  /** Bytes of vacant slots in slabs that also hold objects: what compaction can win back. */
  public long fragmentedBytes() {
    return slabs.vacantBytes();
  }

  /** The longest slab that could be opened now, in bytes. */
  public long largestFreeExtent() {
    long room = limitBytes - poolBytes() + extents.cachedUnits() * layout.unitBytes();
    return Math.clamp(room, 0, (long) extents.longestFreeUnits() * layout.unitBytes());
  }

  /**
   * Times that the OS did not take empty memory back, which stayed cached then and counts as held.
   */
  public long discardsFailed() {
    return extents.refusals();
  }

  /** Calls of {@link #compact} that moved something. */
  public long compactions() {
    return compactions.get();
  }

  /** Live objects. */
  public long objects() {
    return storedObjects.get() - freedList.freedObjects();
  }

  /** Payloads refused for this reason. */
  public long rejects(RejectReason reason) {
    return rejects.get(reason).get();
  }

  /** Unmaps the pool. No owner-side call may be running. Closing again does nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      poolMemory.close();
    }
  }

  /**
   * Walks every structure and compares what it finds with every counter. Owner side, while nobody
   * frees. Slow; for tests.
   *
   * @throws IllegalStateException naming the first contradiction
   */
  void checkInvariants() {
    new PoolInspection(memory, CLASSES, table, extents, slabs, freedList, recycler)
        .check(payloadBytes(), objects(), poolBytes(), limitBytes);
  }

  private long committedBytes() {
    return extents.committedUnits() * layout.unitBytes();
  }

  private long heapBytes() {
    return fixedHeapBytes + slabs.heapBytes();
  }

  private static void checkLength(int length) {
    if (length < 1 || length > MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "payload length is " + length + " bytes, must be 1.." + MAX_PAYLOAD_BYTES);
    }
  }

  private void checkHandle(long handle) {
    if (handle < ExtentTable.handleAt(layout.spaceOffset())
        || handle >= ExtentTable.handleAt(layout.totalBytes())) {
      throw new IllegalArgumentException("handle " + handle + " lies outside the pool");
    }
  }
}
