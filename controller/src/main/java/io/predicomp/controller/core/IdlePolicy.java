package io.predicomp.controller.core;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * When a process has used hardly any CPU time between two looks, and again after a pause if it is
 * idle then.
 *
 * @param delayNanos first look after the program began, and pause after each request
 * @param thresholdPercent of one processor
 * @param periodNanos between looks
 */
public record IdlePolicy(long delayNanos, double thresholdPercent, long periodNanos)
    implements TriggerPolicy {
  @Override
  public String name() {
    return "idle";
  }

  @Override
  public long firstLook(long execNanos) {
    return execNanos + delayNanos;
  }

  @Override
  public boolean measures() {
    return true;
  }

  /** Samples are CPU time since the process began, in nanoseconds. */
  @Override
  public OptionalLong lookAgain(Sample now, Optional<Sample> before) {
    boolean idle =
        before
            .filter(then -> now.nanos() > then.nanos())
            .map(then -> 100 * (now.value() - then.value()) / (now.nanos() - then.nanos()))
            .filter(percent -> percent <= thresholdPercent)
            .isPresent();
    return idle ? OptionalLong.empty() : OptionalLong.of(now.nanos() + periodNanos);
  }

  @Override
  public OptionalLong after(long ackNanos) {
    return OptionalLong.of(ackNanos + Math.max(delayNanos, periodNanos));
  }
}
