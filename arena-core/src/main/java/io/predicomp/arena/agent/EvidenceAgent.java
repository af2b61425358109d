package io.predicomp.arena.agent;

import io.predicomp.arena.hotness.HotnessSource;
import io.predicomp.arena.page.AgedMemory;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.arena.page.PageMover;
import io.predicomp.arena.page.PageTable;
import io.predicomp.arena.page.ProbedRegion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Asks one source of evidence now and then, and fuses what it found with the marks of touches. The
 * marks are exact, so they decide page by page; evidence counts where it shows use that they do not
 * explain: accesses through pinned ranges, by Java code or by the kernel in a system call. Where
 * there are no marks, in transparent memory, evidence decides alone, as long as it is new.
 */
final class EvidenceAgent implements Agent, HotnessSource.Sink {
  /** Of one core, on average; together with the scans of touches below the target of 1.5 %. */
  private static final double MOST_CPU_SHARE = 0.003;

  /** Whoever waits for the demotion lock waits for so many pages only. */
  private static final int SLICE_PAGES = 1 << 14;

  private static final long LONGEST_IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Share of the samples from which on use that marks do not explain is believed. */
  private static final double BELIEVED = 0.5;

  /**
   * A sample looks at one page for some milliseconds, marks at all pages for longer: they explain
   * the evidence if they show at least this much of the share it found.
   */
  private static final double EXPLAINED = 0.25;

  /** Evidence is told anew more often than that by far, unless it ended. */
  private static final int LASTING = 4;

  private final HotnessSource source;
  private final AgedMemory memory;
  private final PageMover mover;
  private final SharedQuota quota;
  private final AgentClock clock;

  /** Pages of this age or younger may have been accessed while evidence was gathered. */
  private final int youngEpochs;

  private final LongAdder unseen = new LongAdder();
  private final LongAdder rescued = new LongAdder();
  private AgedRegion[] regions = new AgedRegion[0];
  private long restUntil;
  private long lastSpent;

  EvidenceAgent(
      HotnessSource source,
      AgedMemory memory,
      PageMover mover,
      SharedQuota quota,
      AgentClock clock,
      long epochNanos) {
    this.source = source;
    this.memory = memory;
    this.mover = mover;
    this.quota = quota;
    this.clock = clock;
    // A mark is found up to one scan late.
    this.youngEpochs = Math.clamp(source.windowNanos() / epochNanos + 2, 2, PageTable.OLDEST - 1);
    this.restUntil = clock.nanoTime();
  }

  @Override
  public String role() {
    return source.name();
  }

  @Override
  public long idleNanos() {
    long now = clock.nanoTime();
    return Math.clamp(
        Math.max(source.idleNanos(now), restUntil - now), 1_000_000, LONGEST_IDLE_NANOS);
  }

  @Override
  public int doWork() {
    long now = clock.nanoTime();
    if (now - restUntil < 0) {
      return 0;
    }
    long cpu = clock.cpuNanos();
    regions = memory.regions();
    long pages = source.observe(now, this);
    regions = new AgedRegion[0]; // keeps no closed region's table alive
    long spent = clock.cpuNanos() - cpu;
    // One look that was dear, as the first in code not compiled yet, says nothing about the next.
    restUntil = now + (long) (Math.min(spent, lastSpent) / MOST_CPU_SHARE);
    lastSpent = pages > 0 ? spent : lastSpent;
    quota.charge(clock.nanoTime(), spent);
    return (int) Math.min(pages, Integer.MAX_VALUE);
  }

  @Override
  public void observed(long start, long end, double accessedShare) {
    for (AgedRegion region : regions) {
      long base = region.base();
      long from = Math.max(start, base);
      long to = Math.min(end, base + (long) region.pageCount() * region.pageBytes());
      if (from < to) {
        int first = (int) ((from - base) / region.pageBytes());
        int last = (int) ((to - 1 - base) / region.pageBytes());
        int count = last - first + 1;
        switch (region) {
          case PageTable table -> fuse(table, first, count, accessedShare);
          case ProbedRegion probed -> decide(probed, first, count, accessedShare);
          default -> {}
        }
      }
    }
  }

  /** What was seen now and then says nothing of single clusters. */
  private void decide(ProbedRegion region, int page, int count, double accessedShare) {
    if (accessedShare == 0 || accessedShare >= BELIEVED) {
      unseen.add(region.observed(page, count, accessedShare > 0, LASTING * youngEpochs));
    }
  }

  private void fuse(PageTable table, int page, int count, double accessedShare) {
    int used = 0;
    for (int p = page; p < page + count; p++) {
      if (table.usedWithin(p, youngEpochs)) {
        used++;
      }
    }
    if (accessedShare == 0) {
      rescued.add(used);
    } else if (accessedShare >= BELIEVED && used < count * accessedShare * EXPLAINED) {
      for (int p = page; p < page + count; p += SLICE_PAGES) {
        unseen.add(mover.rejuvenate(table, p, Math.min(SLICE_PAGES, page + count - p)));
      }
    }
  }

  @Override
  public void onStop() {
    source.close();
  }

  /** Name of the source while evidence comes in; empty otherwise. */
  String observing() {
    return source.isObserving() ? source.name() : "";
  }

  /** Why there is no evidence and will be none; empty otherwise. */
  String failure() {
    return source.failure();
  }

  Map<String, Number> counters() {
    Map<String, Number> map = new LinkedHashMap<>(source.counters());
    map.put(source.name() + "_chunks_kept", unseen.sum());
    map.put(source.name() + "_chunks_rescued_by_touches", rescued.sum());
    return map;
  }
}
