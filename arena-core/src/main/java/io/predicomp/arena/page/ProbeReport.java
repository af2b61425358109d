package io.predicomp.arena.page;

/**
 * What became of pages on probation.
 *
 * @param waiting pages that neither came back nor stayed away long enough yet
 * @param back pages that came back at once since the last report
 * @param away pages that stayed away since the last report
 */
public record ProbeReport(long waiting, long back, long away) {
  /** Nothing was sent. */
  public static final ProbeReport NONE = new ProbeReport(0, 0, 0);

  /** Both together. */
  public ProbeReport plus(ProbeReport other) {
    return new ProbeReport(waiting + other.waiting, back + other.back, away + other.away);
  }
}
