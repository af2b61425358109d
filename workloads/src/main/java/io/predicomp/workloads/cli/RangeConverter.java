package io.predicomp.workloads.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A whole number within limits. */
abstract class RangeConverter implements ITypeConverter<Long> {
  private final long least;
  private final long most;

  RangeConverter(long least, long most) {
    this.least = least;
    this.most = most;
  }

  @Override
  public final Long convert(String text) {
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Refused below, like a number that is too large.
    }
    throw new TypeConversionException(
        "'" + text + "' is not a whole number from " + least + " to " + most + ".");
  }
}
