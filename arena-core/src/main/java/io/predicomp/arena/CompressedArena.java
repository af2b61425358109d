package io.predicomp.arena;

import io.predicomp.arena.agent.AgentClock;
import io.predicomp.arena.agent.BackgroundLoops;
import io.predicomp.arena.hotness.DamonHotness;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.page.CheckedMemory;
import io.predicomp.arena.page.DensePages;
import io.predicomp.arena.page.DenseTier;
import io.predicomp.arena.page.JointMemory;
import io.predicomp.arena.page.PageMover;
import io.predicomp.arena.page.PageTable;
import io.predicomp.arena.page.ProcessBarrier;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.arena.transparent.TransparentMover;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;
import io.predicomp.os.memory.PageDiscarder;
import io.predicomp.os.memory.ProcessMadviseDiscarder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Off-heap memory whose cold pages are kept compressed in the same process: regions that share one
 * compressed pool with one limit.
 *
 * {@snippet :
 * try (var arena = CompressedArena.open(ArenaConfig.builder().poolLimit(mebibytes(128)).build())) {
 *   Region region = arena.allocateRegion(1L << 30);
 *   Cursor cursor = region.cursor(); // one per thread
 *   cursor.setLong(4096, 42);
 *   arena.compressAll(); // what nobody is using now leaves memory
 *   assert cursor.getLong(4096) == 42; // and comes back when it is needed
 * }
 * }
 *
 * <p>Thread-safe.
 */
public final class CompressedArena implements AutoCloseable {
  private final ArenaConfig config;
  private final CompressedPool pool;
  private final PageMover mover;

  /** What the background loops look after. */
  private final JointMemory memory;

  private final ProcessBarrier barrier;
  private final PageDiscarder discarder;
  private final List<Region> regions = new CopyOnWriteArrayList<>();

  /** Guards allocation against close, and the close of a region against that of the arena. */
  private final ReentrantLock lifecycle = new ReentrantLock();

  private final @Nullable BackgroundLoops loops;
  private @Nullable ArenaMBean mBean;
  private boolean closed;

  /** Global page numbers are never used again, so a stale pin cannot name a new region's page. */
  private final AtomicLong nextPage = new AtomicLong(1);

  private final TransparentMode transparentMode;

  /** Guarded by {@code lifecycle}. */
  private final List<TransparentArena> transparentArenas = new CopyOnWriteArrayList<>();

  private @Nullable TransparentArena transparent;

  private CompressedArena(
      ArenaConfig config,
      CompressedPool pool,
      ProcessBarrier barrier,
      PageDiscarder discarder,
      Optional<DamonHotness.Watcher> damon) {
    this.config = config;
    this.pool = pool;
    this.barrier = barrier;
    this.discarder = discarder;
    this.mover =
        new PageMover(
            new PageMover.Parts(
                pool,
                config.codec(),
                config.admission(),
                config.whenFull() == WhenFull.RESTORE_LRU,
                barrier,
                discarder,
                config.budget(),
                config.denseTier(),
                config.pageBytes()));
    this.memory = new JointMemory(new CheckedMemory(mover));
    this.loops =
        config
            .loops()
            .map(
                loopConfig ->
                    new BackgroundLoops(
                        memory,
                        mover,
                        loopConfig,
                        config.denseTier(),
                        AgentClock.SYSTEM,
                        damon.map(this::watchedBy).stream().toList()))
            .orElse(null);
    this.transparentMode =
        new TransparentMode(
            new TransparentMover.Parts(
                mover,
                pool,
                config.codec(),
                config.admission(),
                config.checksums(),
                loops != null,
                config.pageBytes()),
            nextPage::getAndAdd,
            memory,
            config.name());
  }

  private DamonHotness watchedBy(DamonHotness.Watcher damon) {
    return new DamonHotness(
        config.hotness().attributes(),
        damon,
        () -> Stream.of(memory.regions()).map(Evidence::addresses).toList(),
        config.pageBytes(),
        Evidence::tellOnce);
  }

  /** An arena with the default settings. */
  public static CompressedArena open() {
    return open(ArenaConfig.builder().build());
  }

  /**
   * Opens an arena with no region yet.
   *
   * @throws OutOfMemoryError if the pool's address range cannot be reserved
   */
  public static CompressedArena open(ArenaConfig config) {
    return open(config, ProcessBarrier.best(), PageDiscarder.best());
  }

  /** For tests, which replace what talks to the kernel. */
  static CompressedArena open(ArenaConfig config, ProcessBarrier barrier, PageDiscarder discarder) {
    return open(config, barrier, discarder, Evidence.damon(config.hotness()));
  }

  /** For tests, which replace what talks to the kernel. */
  static CompressedArena open(
      ArenaConfig config,
      ProcessBarrier barrier,
      PageDiscarder discarder,
      Optional<DamonHotness.Watcher> damon) {
    CompressedPool pool;
    try {
      pool = CompressedPool.create(config.poolLimit());
    } catch (ErrnoException e) {
      throw outOfMemory("cannot reserve a pool of " + config.poolLimit() + " bytes", e);
    }
    CompressedArena arena;
    try {
      arena = new CompressedArena(config, pool, barrier, discarder, damon);
    } catch (ErrnoException e) {
      pool.close();
      throw outOfMemory("cannot map the buffers of an arena", e);
    } catch (Throwable t) {
      pool.close();
      throw t;
    }
    try {
      if (config.registerMBean()) {
        arena.mBean = ArenaMBean.register(arena);
      }
      if (arena.loops != null) {
        arena.loops.start(config.name());
      }
      return arena;
    } catch (Throwable t) {
      arena.close();
      throw t;
    }
  }

  /**
   * Allocates a zeroed region.
   *
   * @param bytes at least 1; rounded up to whole pages
   * @throws OutOfMemoryError if the kernel refuses the mapping, or the arena is over its resident
   *     budget and cannot demote enough to be within it again
   * @throws IllegalArgumentException if {@code bytes} is not positive or more pages than 2³¹ − 1
   * @throws IllegalStateException if the arena is closed
   */
  public Region allocateRegion(long bytes) {
    int pageBytes = config.pageBytes();
    if (bytes <= 0 || bytes > (long) pageBytes * (Integer.MAX_VALUE - 8)) {
      throw new IllegalArgumentException(
          "bytes is " + bytes + ", allowed are 1 to " + (long) pageBytes * (Integer.MAX_VALUE - 8));
    }
    long rounded = (bytes + pageBytes - 1) / pageBytes * pageBytes;
    lifecycle.lock();
    try {
      if (closed) {
        throw new IllegalStateException("Already closed");
      }
      requireBudget();
      Mapping mapping = map(rounded);
      try {
        PageTable table =
            new PageTable(
                mapping.address(),
                rounded,
                pageBytes,
                nextPage.getAndAdd(rounded / pageBytes),
                config.checksums());
        Region region = new Region(this, mapping, table);
        mover.add(table);
        regions.add(region);
        return region;
      } catch (Throwable t) {
        mapping.close();
        throw t;
      }
    } finally {
      lifecycle.unlock();
    }
  }

  /**
   * Memory for whatever takes a {@link java.lang.foreign.Arena} or a {@link
   * java.lang.foreign.MemorySegment}: accesses are plain, and pages come back by themselves. Every
   * call returns the same arena, which lives as long as this one unless it is closed before; {@link
   * #openTransparent} gives one with a life of its own.
   *
   * @throws UnsupportedOperationException if this system, this build or the codec does not allow
   *     it; the message names reason and remedy
   * @throws OutOfMemoryError if there is no memory for what it needs; later there may be
   * @throws IllegalStateException if this arena is closed
   */
  public TransparentArena transparent() {
    lifecycle.lock();
    try {
      TransparentArena current = transparent;
      if (current == null || !current.scope().isAlive()) {
        current = openTransparent();
        transparent = current;
      }
      return current;
    } finally {
      lifecycle.unlock();
    }
  }

  /**
   * As {@link #transparent()}, but another arena at each call.
   *
   * @throws UnsupportedOperationException if this system, this build or the codec does not allow
   *     it; the message names reason and remedy
   * @throws OutOfMemoryError if there is no memory for what it needs; later there may be
   * @throws IllegalStateException if this arena is closed
   */
  public TransparentArena openTransparent() {
    lifecycle.lock();
    try {
      if (closed) {
        throw new IllegalStateException("Already closed");
      }
      TransparentMover moving = openMover();
      AtomicReference<TransparentArena> self = new AtomicReference<>();
      TransparentArena opened =
          new TransparentArena(moving, this::hint, () -> transparentArenas.remove(self.get()));
      self.set(opened);
      transparentArenas.add(opened);
      return opened;
    } finally {
      lifecycle.unlock();
    }
  }

  private TransparentMover openMover() {
    try {
      return transparentMode.open();
    } catch (ErrnoException e) {
      throw outOfMemory("cannot map the tables of transparent memory", e);
    }
  }

  private void requireBudget() {
    if (!mover.returnWithinBudget()) {
      throw new OutOfMemoryError(
          "pages that cannot be demoted and pool hold "
              + mover.heldBytes()
              + " bytes, more than the residentBudget of "
              + mover.budget().limitBytes());
    }
  }

  private static Mapping map(long bytes) {
    try {
      return Mapping.anonymous(bytes, MemoryAdvice.NOHUGEPAGE, MemoryAdvice.DONTFORK);
    } catch (ErrnoException e) {
      throw outOfMemory("cannot map a region of " + bytes + " bytes", e);
    }
  }

  static OutOfMemoryError outOfMemory(String what, ErrnoException cause) {
    OutOfMemoryError error =
        new OutOfMemoryError(
            what
                + ", the limit of memory, address space or mappings (vm.max_map_count) is reached: "
                + cause.getMessage());
    error.initCause(cause);
    return error;
  }

  /**
   * Compresses every page that is not in use, of every region and of transparent memory.
   *
   * @return pages that left memory
   */
  public long compressAll() {
    long demoted = 0;
    for (Region region : regions) {
      demoted += mover.demote(region.table(), 0, region.pageCount());
    }
    TransparentMover transparentPages = transparentMode.mover();
    return transparentPages == null ? demoted : demoted + transparentPages.demoteAll();
  }

  /**
   * Compresses every compressed page of every region, and of transparent memory, again, denser; see
   * {@link Region#recompress}.
   *
   * @param tier {@link PageTier#DENSE} or {@link PageTier#COLDEST}
   * @return pages that are stored denser now
   */
  public long recompressAll(PageTier tier) {
    long recompressed = 0;
    DenseTier dense = mover.denseTier();
    for (DensePages pages : dense.regions()) {
      recompressed += dense.recompress(pages, 0, pages.pageCount(), tier, config.denseTier());
    }
    return recompressed;
  }

  /** Moves live objects of the pool together until no more can be gained; returns objects moved. */
  public long compactPool() {
    long moved = 0;
    for (int step = 1; step > 0; moved += step) {
      step = mover.compact(1024);
    }
    return moved;
  }

  /** The settings. */
  public ArenaConfig config() {
    return config;
  }

  /** What the arena holds and has done; counts pages, so it costs about 1 ms per 8 GiB. */
  public ArenaStats stats() {
    List<PageTable> tables = new ArrayList<>();
    for (Region region : regions) {
      tables.add(region.table());
    }
    TransparentMover transparentPages = transparentMode.mover();
    return StatsReader.read(
        config,
        mover,
        pool,
        loops,
        tables,
        transparentPages == null ? null : transparentPages.stats(),
        barrier.name(),
        discarderName());
  }

  /**
   * Closes every region and every transparent arena, and gives all memory back. Waits for accesses
   * in flight; later ones throw {@link IllegalStateException}. Closing twice does nothing.
   *
   * @throws IllegalStateException if pinned ranges of regions are open, naming how many; nothing is
   *     closed then. Or if a transparent arena cannot be closed (pins, or a native call in its
   *     memory): those opened before it are closed then, it and those opened after it are not, and
   *     neither is any region; calling again goes on
   */
  @Override
  public void close() {
    lifecycle.lock();
    try {
      if (closed) {
        return;
      }
      List<Region> claimed = claimAll();
      try {
        transparentArenas.forEach(TransparentArena::closeUnlessClosed);
      } catch (IllegalStateException e) {
        claimed.forEach(Region::cancelClose);
        throw e;
      }
      closed = true;
      // Before the memory goes that they work on.
      if (loops != null) {
        loops.close();
      }
      transparentMode.stop();
      claimed.forEach(Region::finishClose);
      transparentMode.close();
      ArenaMBean bean = mBean;
      if (bean != null) {
        bean.unregister();
      }
      mover.close();
    } finally {
      lifecycle.unlock();
    }
  }

  /**
   * Closes one region. Not beside {@link #close()}: the pool, which still holds pages of the
   * region, must outlive its close.
   */
  void close(Region region) {
    lifecycle.lock();
    try {
      long ranges = region.claimClose();
      if (ranges > 0) {
        throw new IllegalStateException(ranges + " pinned ranges are open");
      }
      region.finishClose();
    } finally {
      lifecycle.unlock();
    }
  }

  /** All regions or none. */
  private List<Region> claimAll() {
    List<Region> claimed = List.copyOf(regions);
    long ranges = claimed.stream().mapToLong(Region::claimClose).sum();
    if (ranges > 0) {
      claimed.forEach(Region::cancelClose);
      throw new IllegalStateException(ranges + " pinned ranges are open");
    }
    return claimed;
  }

  /** Runs while nothing is being allocated or closed. */
  void betweenCloses(Runnable action) {
    lifecycle.lock();
    try {
      action.run();
    } finally {
      lifecycle.unlock();
    }
  }

  private String discarderName() {
    return discarder instanceof ProcessMadviseDiscarder ? "process_madvise" : "madvise";
  }

  void hint(AgedRegion region, Phase phase) {
    if (loops != null) {
      loops.hint(region, phase);
    }
  }

  PageMover mover() {
    return mover;
  }

  JointMemory memory() {
    return memory;
  }

  void forget(Region region) {
    regions.remove(region);
  }
}
