package io.predicomp.os.process;

import java.util.List;
import java.util.Map;

/** Counts the page faults of every process. For one thread. */
public interface FaultCounts extends AutoCloseable {
  /** {@return how it counts, for people} */
  String description();

  /** {@return the names of the two kinds of fault that it tells apart} */
  List<String> kinds();

  /**
   * {@return the faults of each process that had any since the last call, one number for each kind}
   */
  Map<Integer, long[]> since();

  /** {@return faults that could not be counted because there were too many processes} */
  long lost();

  @Override
  void close();
}
