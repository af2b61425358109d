package io.predicomp.bench.cli;

import io.predicomp.workloads.cli.RangeConverter;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The ranges of numbers that several commands take. */
final class Numbers {
  private Numbers() {}

  /** A share of something. */
  static final class Fraction implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      try {
        double value = Double.parseDouble(text);
        if (value >= 0 && value <= 1) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Refused below, like a number that is too large.
      }
      throw new TypeConversionException("'" + text + "' is not a number from 0 to 1.");
    }
  }

  /** MiB. */
  static final class Mebibytes extends RangeConverter {
    Mebibytes() {
      super(1, 1 << 20);
    }
  }

  /** Runs. */
  static final class Count extends RangeConverter {
    Count() {
      super(1, 1000);
    }
  }

  /** Runs, or none. */
  static final class CountOrNone extends RangeConverter {
    CountOrNone() {
      super(0, 1000);
    }
  }
}
