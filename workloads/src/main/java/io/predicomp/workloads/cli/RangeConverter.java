package io.predicomp.workloads.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A whole number within limits. */
public abstract class RangeConverter implements ITypeConverter<Long> {
  private final long least;
  private final long most;
  private final String range;

  protected RangeConverter(long least, long most) {
    this(least, most, least + " to " + most);
  }

  /**
   * A range of which a part needs leave.
   *
   * @param range the range in words
   */
  protected RangeConverter(long least, long most, String range) {
    this.least = least;
    this.most = most;
    this.range = range;
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
    throw new TypeConversionException("'" + text + "' is not a whole number from " + range + ".");
  }
}
