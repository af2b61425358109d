package io.predicomp.os.pressure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pressure stall information: how much tasks wait for a resource, of the machine ({@code
 * /proc/pressure}) or of a cgroup.
 *
 * @param some10Percent of the last ten seconds in which at least one task waited
 * @param someTotalMicros in which at least one task has waited, in all
 */
public record PressureStall(double some10Percent, long someTotalMicros) {
  //  some avg10=0.00 avg60=0.00 avg300=0.00 total=0
  private static final Pattern SOME = Pattern.compile("some avg10=([0-9.]+) .*total=(\\d+)");

  /**
   * {@return what a file such as {@code /proc/pressure/memory} says, or empty if it cannot be read}
   */
  public static Optional<PressureStall> read(Path file) {
    try {
      Matcher some = SOME.matcher(Files.readString(file));
      return some.find()
          ? Optional.of(
              new PressureStall(Double.parseDouble(some.group(1)), Long.parseLong(some.group(2))))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
