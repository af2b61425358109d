package io.predicomp.controller.core;

import java.util.Optional;
import java.util.OptionalLong;

/** When a process is asked to compress its memory. Pure: no clock, no state of its own. */
public interface TriggerPolicy {
  /**
   * A measurement of what the policy looks at.
   *
   * @param nanos when
   * @param value in the policy's unit
   */
  record Sample(long nanos, double value) {}

  /** {@return its name on the command line} */
  String name();

  /**
   * {@return when to look at a process for the first time}
   *
   * @param execNanos when its program began
   */
  long firstLook(long execNanos);

  /** {@return whether a look needs a {@link Sample}} */
  boolean measures();

  /**
   * {@return when to look again, or empty: ask it now}
   *
   * @param before the sample of the look before, if there was one since the last request
   */
  OptionalLong lookAgain(Sample now, Optional<Sample> before);

  /** {@return when to look after an acknowledgement, or empty: never again} */
  OptionalLong after(long ackNanos);
}
