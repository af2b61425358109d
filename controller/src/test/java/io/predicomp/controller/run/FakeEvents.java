package io.predicomp.controller.run;

import io.predicomp.os.process.ProcessEvent;
import io.predicomp.os.process.ProcessEventSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Events that a test makes up. */
final class FakeEvents implements ProcessEventSource {
  private final Deque<Consumer<ProcessEvent>> waiting = new ArrayDeque<>();
  long lost;
  boolean closed;

  void add(Consumer<ProcessEvent> event) {
    waiting.add(event);
  }

  @Override
  public String description() {
    return "a test";
  }

  @Override
  public OptionalInt fd() {
    return OptionalInt.empty();
  }

  @Override
  public int drain(Consumer<ProcessEvent> consumer, int most) {
    ProcessEvent event = new ProcessEvent();
    int count = 0;
    while (count < most && !waiting.isEmpty()) {
      waiting.remove().accept(event);
      consumer.accept(event);
      count++;
    }
    return count;
  }

  @Override
  public long lost() {
    return lost;
  }

  @Override
  public void close() {
    closed = true;
  }
}
