package io.predicomp.arena.agent;

import org.jspecify.annotations.Nullable;

/**
 * Wakes an agent that has nothing to do, from one that is awake anyway and sees that this has
 * changed: waking up just to look costs far more than the look. Thread-safe.
 */
final class Doorbell {
  private volatile @Nullable Runnable wake;
  private volatile boolean asleep;

  /**
   * From now on others look for the agent.
   *
   * @param wake ends the agent's sleep, or keeps it from falling asleep
   */
  void connect(Runnable wake) {
    this.wake = wake;
  }

  /** Whether the agent may sleep until it is woken up. */
  boolean isConnected() {
    return wake != null;
  }

  /** The agent is about to sleep until the bell rings. What came before, it has to look for. */
  void fallAsleep() {
    asleep = true;
  }

  /** The agent is awake, whatever woke it. */
  void awake() {
    if (asleep) {
      asleep = false;
    }
  }

  boolean isAsleep() {
    return asleep;
  }

  /** There is something for the agent. If it is awake, it will see for itself. */
  void ring() {
    Runnable sleeper = wake;
    if (asleep && sleeper != null) {
      asleep = false;
      sleeper.run();
    }
  }
}
