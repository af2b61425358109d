package io.predicomp.controller.core;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Once, a fixed time after the program began.
 *
 * @param delayNanos that time
 */
public record DelayPolicy(long delayNanos) implements TriggerPolicy {
  @Override
  public String name() {
    return "delay";
  }

  @Override
  public long firstLook(long execNanos) {
    return execNanos + delayNanos;
  }

  @Override
  public boolean measures() {
    return false;
  }

  @Override
  public OptionalLong lookAgain(Sample now, Optional<Sample> before) {
    return OptionalLong.empty();
  }

  @Override
  public OptionalLong after(long ackNanos) {
    return OptionalLong.empty();
  }
}
