package io.predicomp.bench.rival;

import java.io.IOException;
import java.util.Map;

/** Something that keeps pages and brings them back. For one thread. */
interface Rival extends AutoCloseable {
  /** {@return the name in the results} */
  String name();

  /** {@return what its figures mean where that is not obvious, or nothing} */
  default String note() {
    return "";
  }

  /** Writes to every page what it holds already, so that no earlier copy of it is of use. */
  void rewrite() throws IOException;

  /** Puts every page away as far as it can; returns pages put away. */
  long demote() throws IOException;

  /**
   * {@return CPU time of the last {@link #demote}, in nanoseconds}
   *
   * @param threadNanos what the calling thread took, for those that work in it
   */
  default long demoteCpuNanos(long threadNanos) {
    return threadNanos;
  }

  /** {@return wall time of the last {@link #demote}, in nanoseconds; as for CPU time} */
  default long demoteWallNanos(long callNanos) {
    return callNanos;
  }

  /** {@return bytes it takes for all pages now, resident ones and metadata included} */
  long heldBytes() throws IOException;

  /**
   * Reads the first word of some pages, one by one.
   *
   * @param order page numbers
   * @param from the first of them to take
   * @param nanos how long each took; its length is how many to take
   * @return the sum of the words
   */
  long read(int[] order, int from, long[] nanos) throws IOException;

  /** {@return CPU time of the last {@link #read}, in nanoseconds; as for demotion} */
  default long readCpuNanos(long threadNanos) {
    return threadNanos;
  }

  /** {@return further figures for the results} */
  default Map<String, Object> details() {
    return Map.of();
  }

  @Override
  void close() throws IOException;
}
