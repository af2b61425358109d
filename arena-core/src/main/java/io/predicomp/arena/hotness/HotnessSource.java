package io.predicomp.arena.hotness;

import java.util.Map;

/**
 * Finds out which pages were accessed. One agent asks all sources in turn; a source is used by one
 * thread, its counters and its state may be read by any.
 */
public interface HotnessSource extends AutoCloseable {
  /** Receives what a source found out. */
  interface Sink {
    /**
     * Evidence about the memory from address {@code start} to {@code end}; it may lie partly or
     * wholly outside of any region.
     *
     * @param accessedShare of the samples that found it accessed, 0 (cold) to 1 (hot)
     */
    void observed(long start, long end, double accessedShare);
  }

  /** Name in statistics: {@code touches}, {@code damon}. */
  String name();

  /**
   * Looks once, if it is time to, and tells the sink.
   *
   * @param nanoTime of the agent's clock
   * @return pages something was found out about; 0 if it was not time yet
   */
  long observe(long nanoTime, Sink sink);

  /** Nanoseconds until it is time to look again. */
  long idleNanos(long nanoTime);

  /** Time before an observation that it tells about, in nanoseconds. */
  default long windowNanos() {
    return 0;
  }

  /** Whether evidence comes in; not before it has begun, and not after a failure. */
  default boolean isObserving() {
    return failure().isEmpty();
  }

  /** Why there will be no more evidence, in one sentence; empty while all is well. */
  default String failure() {
    return "";
  }

  /** Counters of its own, by the names under which statistics show them. */
  default Map<String, Number> counters() {
    return Map.of();
  }

  /** Gives back what it holds; closing twice does nothing. Any thread, once nobody observes. */
  @Override
  default void close() {}
}
