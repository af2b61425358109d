package io.predicomp.controller.run;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What happens, a line each, with the time of day.
 *
 * @param verbose whether each enrolment, request and row is told
 */
public record ControllerLog(PrintStream out, boolean verbose) {
  /** Writes a line. */
  public void say(String line) {
    String time = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    // Names that processes give themselves must not look like lines of ours.
    out.println(time + " " + line.replaceAll("\\p{Cntrl}", "?"));
    out.flush();
  }

  /** Writes a line if more is wanted. */
  public void detail(String line) {
    if (verbose) {
      say(line);
    }
  }
}
