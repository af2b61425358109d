package io.predicomp.arena.hotness;

import io.predicomp.os.damon.DamonMonitor;
import io.predicomp.os.damon.DamonRegion;
import io.predicomp.os.damon.DamonStart;
import io.predicomp.os.damon.MonitoringAttributes;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What DAMON sees of an arena's regions: one contiguous span of this process's addresses, from the
 * first region to the last. It begins when there is a region, and moves when regions come to lie
 * outside of what is watched or the rest becomes small. When DAMON cannot be had, or is lost, that
 * is final: whoever took it keeps it.
 */
public final class DamonHotness implements HotnessSource {
  /** Asks DAMON to watch a range of this process. */
  public interface Watcher {
    /** As {@link io.predicomp.os.damon.Damon#watch}. */
    DamonStart watch(long start, long end, MonitoringAttributes attributes);
  }

  /** Share of the samples from which on memory counts as hot. */
  public static final double HOT = 0.5;

  private static final long SHORTEST_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** DAMON forgets what it knew when its span changes: not for every region that comes. */
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Of the memory watched: less of it in use, and most regions of DAMON are wasted. */
  private static final double LEAST_USED = 0.25;

  private static final int MOST_ERRORS_IN_A_ROW = 3;

  private final MonitoringAttributes attributes;
  private final Watcher watcher;
  private final Supplier<List<AddressRange>> memory;
  private final int pageBytes;
  private final Consumer<String> people;
  private final long intervalNanos;

  private volatile @Nullable DamonMonitor monitor;
  private volatile String failure = "";
  private AddressRange watched = new AddressRange(0, 0);
  private long beganAt;
  private long nextLook;
  private long lookedAt;
  private int errorsInARow;

  private final LongAdder snapshots = new LongAdder();
  private final LongAdder regionsObserved = new LongAdder();
  private final LongAdder readErrors = new LongAdder();
  private final LongAdder hot = new LongAdder();
  private final LongAdder warm = new LongAdder();
  private final LongAdder cold = new LongAdder();
  private final LongAdder spans = new LongAdder();
  private volatile long lastRegions;
  private volatile long lastBytes;

  /**
   * @param memory the arena's regions, in any order; asked before each look
   * @param pageBytes unit of the counters
   * @param people is told, in a sentence each, what they should know
   */
  public DamonHotness(
      MonitoringAttributes attributes,
      Watcher watcher,
      Supplier<List<AddressRange>> memory,
      int pageBytes,
      Consumer<String> people) {
    this.attributes = attributes;
    this.watcher = watcher;
    this.memory = memory;
    this.pageBytes = pageBytes;
    this.people = people;
    this.intervalNanos = Math.max(SHORTEST_INTERVAL_NANOS, attributes.aggregation().toNanos());
  }

  @Override
  public String name() {
    return "damon";
  }

  @Override
  public long windowNanos() {
    return attributes.aggregation().toNanos();
  }

  @Override
  public boolean isObserving() {
    return monitor != null;
  }

  @Override
  public String failure() {
    return failure;
  }

  @Override
  public long idleNanos(long nanoTime) {
    if (!failure.isEmpty()) {
      return Long.MAX_VALUE;
    }
    return monitor == null ? intervalNanos : Math.max(1, nextLook - nanoTime);
  }

  @Override
  public long observe(long nanoTime, Sink sink) {
    if (!failure.isEmpty() || (monitor != null && nanoTime - nextLook < 0)) {
      return 0;
    }
    List<AddressRange> ranges = memory.get();
    if (ranges.isEmpty()) {
      close(); // others may need it
      return 0;
    }
    DamonMonitor current = watching(nanoTime, ranges);
    if (current == null) {
      return 0;
    }
    nextLook = nanoTime + intervalNanos;
    List<DamonRegion> regions;
    try {
      regions = current.snapshot();
      errorsInARow = 0;
    } catch (IOException e) {
      readErrors.increment();
      if (++errorsInARow >= MOST_ERRORS_IN_A_ROW || !current.isWatching()) {
        fail(e.getMessage() + ".");
      }
      return 0;
    }
    if (regions.isEmpty()) {
      return 0;
    }
    snapshots.increment();
    regionsObserved.add(regions.size());
    long pages = show(regions, ranges, nanoTime, sink);
    lookedAt = nanoTime;
    return pages;
  }

  /** The monitor of a span that holds all ranges, if there is one; it may lag behind. */
  private @Nullable DamonMonitor watching(long nanoTime, List<AddressRange> ranges) {
    AddressRange span = span(ranges);
    boolean fits =
        watched.start() <= span.start()
            && span.end() <= watched.end()
            && span.end() - span.start() >= (watched.end() - watched.start()) * LEAST_USED;
    DamonMonitor current = monitor;
    if (current != null && (fits || nanoTime - beganAt < REST_NANOS)) {
      return current;
    }
    close();
    switch (watcher.watch(span.start(), span.end(), attributes)) {
      case DamonStart.Watching(DamonMonitor started, String note) -> {
        if (!note.isEmpty()) {
          people.accept(note);
        }
        monitor = started;
        watched = span;
        beganAt = nanoTime;
        lookedAt = nanoTime;
        spans.increment();
      }
      case DamonStart.Refused refused -> fail(refused.sentence());
    }
    return monitor;
  }

  private static AddressRange span(List<AddressRange> ranges) {
    long start = Long.MAX_VALUE;
    long end = 0;
    for (AddressRange range : ranges) {
      start = Math.min(start, range.start());
      end = Math.max(end, range.end());
    }
    return new AddressRange(start, end);
  }

  private long show(
      List<DamonRegion> regions, List<AddressRange> ranges, long nanoTime, Sink sink) {
    long aggregations = (nanoTime - lookedAt) / attributes.aggregation().toNanos();
    double looks = attributes.maxAccesses();
    long bytes = 0;
    for (DamonRegion region : regions) {
      // What was accessed since the last look, but not at its end, has not been idle for long.
      int accesses = region.accesses() > 0 || region.age() >= aggregations ? region.accesses() : 1;
      double share = Math.min(1, accesses / looks);
      LongAdder kind = share >= HOT ? hot : accesses > 0 ? warm : cold;
      for (AddressRange range : ranges) {
        long start = Math.max(region.start(), range.start());
        long end = Math.min(region.end(), range.end());
        if (start < end) {
          sink.observed(start, end, share);
          kind.add((end - start) / pageBytes);
          bytes += end - start;
        }
      }
    }
    lastRegions = regions.size();
    lastBytes = bytes;
    return bytes / pageBytes;
  }

  private void fail(String sentence) {
    failure = sentence;
    people.accept("Hotness comes from touches alone: " + sentence);
    close();
  }

  @Override
  public Map<String, Number> counters() {
    Map<String, Number> map = new LinkedHashMap<>();
    map.put("damon_snapshots_total", snapshots.sum());
    map.put("damon_regions_observed_total", regionsObserved.sum());
    map.put("damon_read_errors", readErrors.sum());
    map.put("damon_chunks_marked_hot", hot.sum());
    map.put("damon_chunks_marked_warm", warm.sum());
    map.put("damon_chunks_marked_cold", cold.sum());
    map.put("damon_last_snapshot_nr_regions", lastRegions);
    map.put("damon_last_snapshot_bytes", lastBytes);
    map.put("damon_spans", spans.sum());
    return map;
  }

  @Override
  public void close() {
    DamonMonitor current = monitor;
    monitor = null;
    if (current != null) {
      current.close();
    }
  }
}
