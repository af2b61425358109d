package io.predicomp.workloads.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of a range, with or without a fraction. */
abstract class DecimalConverter implements ITypeConverter<Double> {
  private final double least;
  private final double most;

  DecimalConverter(double least, double most) {
    this.least = least;
    this.most = most;
  }

  @Override
  public final Double convert(String text) {
    try {
      double value = Double.parseDouble(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new TypeConversionException(
        "'%s' is not a number from %s to %s.".formatted(text, trim(least), trim(most)));
  }

  private static String trim(double value) {
    return value == (long) value ? Long.toString((long) value) : Double.toString(value);
  }
}
