package io.predicomp.arena.agent;

/** Background work in slices. Stepped by a test, or by an {@link AgentThread}; by one thread. */
public interface Agent {
  /**
   * Does one slice: at most a few milliseconds of work.
   *
   * @return how much was done; 0: there is nothing to do now
   */
  int doWork();

  /** What it does, in one or two words: the name of its thread and of its statistics. */
  String role();

  /** Nanoseconds until it is worth asking again, after {@link #doWork()} returned 0. */
  default long idleNanos() {
    return 10_000_000;
  }

  /** Gives up what it holds; called once, after the last slice, by the thread that did them. */
  default void onStop() {}
}
