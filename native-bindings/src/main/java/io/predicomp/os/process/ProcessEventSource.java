package io.predicomp.os.process;

import java.util.OptionalInt;
import java.util.function.Consumer;

/** Tells what happens to the processes of this machine. For one thread. */
public interface ProcessEventSource extends AutoCloseable {
  /** {@return what it is, for people: how it learns of processes, and what it cannot tell} */
  String description();

  /** {@return a descriptor that is readable when there are events, or empty: ask now and then} */
  OptionalInt fd();

  /**
   * Takes what has happened since the last call.
   *
   * @param consumer is given each event, always as the same object
   * @param most events to take
   * @return how many were taken
   */
  int drain(Consumer<ProcessEvent> consumer, int most);

  /** {@return events that are known to have been lost} */
  long lost();

  @Override
  void close();
}
