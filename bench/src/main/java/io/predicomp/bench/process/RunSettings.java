package io.predicomp.bench.process;

/**
 * One run of one process.
 *
 * @param dataset what the pages contain, by its name on the command line
 * @param run number of the run among those of its dataset, from 0
 * @param warmup whether it does not count
 * @param access {@code checked}, {@code transparent} or {@code plain}
 * @param phaseModel by its label
 * @param hotFraction part of the region used before compression, 0 to 1
 * @param partialRereadFraction part read back in order, 0 to 1
 * @param randomRereadFraction pages read back at random, as a part of all
 * @param reuseDistancePages every other random read goes back to the page read so many reads ago; 0
 *     if none does
 * @param latencySampleStep every so many reads one is timed
 */
public record RunSettings(
    String dataset,
    int run,
    boolean warmup,
    String access,
    String phaseModel,
    long regionMb,
    long arenaCapMb,
    int minSavingsPct,
    double hotFraction,
    double partialRereadFraction,
    double randomRereadFraction,
    int reuseDistancePages,
    int idleMs,
    int latencySampleStep,
    long seed,
    int pageBytes,
    String codec) {

  PhaseModel model() {
    return PhaseModel.of(phaseModel);
  }

  int pages() {
    return Math.toIntExact((regionMb << 20) / pageBytes);
  }
}
