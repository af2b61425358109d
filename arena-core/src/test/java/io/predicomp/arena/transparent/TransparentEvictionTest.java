package io.predicomp.arena.transparent;

import static io.predicomp.arena.transparent.TransparentMover.BATCH_PAGES;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.predicomp.arena.TransparentSupport;
import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.page.FaultyCodec;
import io.predicomp.arena.page.PageMover;
import io.predicomp.arena.page.ProcessBarrier;
import io.predicomp.arena.policy.AdmissionPolicy;
import io.predicomp.arena.policy.Budget;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.pool.CompressedPool;
import io.predicomp.arena.pool.FaultyPool;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.memory.PageDiscarder;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Evictions that end in an error half way, as by a stack or a heap at its end. */
class TransparentEvictionTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 2 * BATCH_PAGES;
  private static final AdmissionPolicy ADMISSION = new AdmissionPolicy(5, 90, 90);

  @BeforeAll
  static void needsUserfaultfd() {
    TransparentSupport.require();
  }

  /** LZ4 that has no room on the stack for one of the pages to come. */
  private static final class OneOverflow extends FaultyCodec {
    int pagesBefore = Integer.MAX_VALUE;

    @Override
    public int compress(
        MemorySegment source, long from, int length, MemorySegment target, long to, int capacity) {
      if (pagesBefore-- == 0) {
        throw new StackOverflowError("injected");
      }
      return super.compress(source, from, length, target, to, capacity);
    }
  }

  /** The pages of an earlier batch keep their blocks, those of this one stay in memory. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, BATCH_PAGES - 1})
  void whatWasStoredBeforeStays(int pagesBefore) {
    OneOverflow codec = new OneOverflow();
    try (CompressedPool pool = CompressedPool.create(4 << 20);
        PageMover pages = pageMover(pool);
        TransparentMover mover =
            new TransparentMover(
                parts(pages, pool, Codecs.parse("lz4")), new AtomicLong(1)::getAndAdd);
        TransparentEviction eviction = new TransparentEviction(parts(pages, pool, codec))) {
      TransparentRegion region = mover.open(PAGES);
      fill(region);
      pages.demotionLock().lock();
      try {
        assertEquals(BATCH_PAGES, eviction.demote(region, 0, BATCH_PAGES, 0));
        assertEquals(BATCH_PAGES, pool.objects());

        codec.pagesBefore = pagesBefore;
        assertThrows(
            StackOverflowError.class,
            () -> eviction.demote(region, BATCH_PAGES, BATCH_PAGES, BATCH_PAGES));

        assertEquals(BATCH_PAGES, pool.objects());
        FaultyPool.checkInvariants(pool);
        assertEquals(BATCH_PAGES, eviction.demote(region, BATCH_PAGES, BATCH_PAGES, BATCH_PAGES));
      } finally {
        pages.demotionLock().unlock();
      }
      assertEquals(PAGES, mover.restores().restore(region, region.base(), region.byteSize()));
      check(region);
      mover.close(region);
    }
  }

  private static PageMover pageMover(CompressedPool pool) {
    return new PageMover(
        new PageMover.Parts(
            pool,
            Codecs.parse("lz4"),
            ADMISSION,
            true,
            ProcessBarrier.best(),
            PageDiscarder.best(),
            Budget.NONE,
            DenseTierPolicy.OFF,
            PAGE));
  }

  private static TransparentMover.Parts parts(
      PageMover pages, CompressedPool pool, PageCodec codec) {
    return new TransparentMover.Parts(pages, pool, codec, ADMISSION, true, false, PAGE);
  }

  /** Of eight words four are the same, and four differ by their place. */
  private static long word(long at) {
    return (at & 32) == 0 ? 7 : at * 0x9E3779B97F4A7C15L;
  }

  private static void fill(TransparentRegion region) {
    for (long at = 0; at < region.byteSize(); at += Long.BYTES) {
      AddressSpace.ALL.set(JAVA_LONG, region.base() + at, word(at));
    }
  }

  private static void check(TransparentRegion region) {
    for (long at = 0; at < region.byteSize(); at += Long.BYTES) {
      assertEquals(word(at), AddressSpace.ALL.get(JAVA_LONG, region.base() + at));
    }
  }
}
