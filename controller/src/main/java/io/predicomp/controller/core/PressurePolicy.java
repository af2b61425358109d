package io.predicomp.controller.core;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * While memory is short: whenever the share of time in which some task waited for memory is at
 * least the threshold, and again after a pause while it stays so.
 *
 * @param delayNanos first look after the program began, and pause after each request
 * @param thresholdPercent of time, the average of the last ten seconds ({@code some avg10})
 * @param periodNanos between looks
 */
public record PressurePolicy(long delayNanos, double thresholdPercent, long periodNanos)
    implements TriggerPolicy {
  @Override
  public String name() {
    return "psi";
  }

  @Override
  public long firstLook(long execNanos) {
    return execNanos + delayNanos;
  }

  @Override
  public boolean measures() {
    return true;
  }

  @Override
  public OptionalLong lookAgain(Sample now, Optional<Sample> before) {
    return now.value() >= thresholdPercent
        ? OptionalLong.empty()
        : OptionalLong.of(now.nanos() + periodNanos);
  }

  @Override
  public OptionalLong after(long ackNanos) {
    return OptionalLong.of(ackNanos + Math.max(delayNanos, periodNanos));
  }
}
