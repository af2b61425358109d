package io.predicomp.os.bpf;

import java.util.ArrayDeque;
import java.util.Deque;

/** Attached programs and what they use, closed together, last opened first. */
final class Attached implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** {@return the resource, which is closed with the others} */
  <T extends AutoCloseable> T add(T resource) {
    open.push(resource);
    return resource;
  }

  /** Loads a program and runs it at each event of the tracepoint. */
  void attach(String name, long[] instructions, Tracepoint tracepoint) {
    try (BpfProgram program = BpfProgram.load(name, instructions)) {
      open.push(program.attach(tracepoint));
    }
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new AssertionError("nothing here throws a checked exception", e);
      }
    }
  }
}
