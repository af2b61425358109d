package io.predicomp.arena.policy;

import java.util.List;

/**
 * Which codec is worth its cost: bytes saved ÷ (compress CPU + readback factor × decompress CPU),
 * the score of the codec sweep, over candidates whose costs were measured on the same pages.
 *
 * <p>Pure and immutable.
 *
 * @param readbackFactor how often a page is expected to come back before it is written; at least 0
 * @param minSavingsPercent a candidate that saves less than this share is out; 0 to 99
 */
public record TierChoice(double readbackFactor, int minSavingsPercent) {
  public TierChoice {
    if (!(readbackFactor >= 0)) {
      throw new IllegalArgumentException(
          "readbackFactor is " + readbackFactor + ", must be at least 0");
    }
    if (minSavingsPercent < 0 || minSavingsPercent > 99) {
      throw new IllegalArgumentException(
          "minSavingsPercent is " + minSavingsPercent + ", allowed are 0 to 99");
    }
  }

  /**
   * What a codec did on a sample.
   *
   * @param name for people
   * @param originalBytes of the sample, above 0
   * @param payloadBytes what it became
   * @param compressNanos CPU time for all of it, above 0
   * @param decompressNanos CPU time for all of it
   */
  public record Candidate(
      String name,
      long originalBytes,
      long payloadBytes,
      long compressNanos,
      long decompressNanos) {
    public Candidate {
      if (originalBytes <= 0 || payloadBytes < 0 || compressNanos <= 0 || decompressNanos < 0) {
        throw new IllegalArgumentException(
            "no measurement: "
                + name
                + ", "
                + originalBytes
                + " bytes to "
                + payloadBytes
                + " in "
                + compressNanos
                + " and "
                + decompressNanos
                + " ns");
      }
    }

    /** Bytes saved, negative if it grew. */
    public long savedBytes() {
      return originalBytes - payloadBytes;
    }
  }

  /** Bytes saved per CPU nanosecond; 0 if it saves too little. */
  public double score(Candidate candidate) {
    return score(candidate, 0);
  }

  /** The same for pages already held in fewer bytes: only what is saved beyond that counts. */
  private double score(Candidate candidate, long alreadySavedBytes) {
    long least = candidate.originalBytes() * minSavingsPercent / 100;
    long saved = candidate.savedBytes() - alreadySavedBytes;
    if (saved <= 0 || saved < least) {
      return 0;
    }
    return saved / (candidate.compressNanos() + readbackFactor * candidate.decompressNanos());
  }

  /** The index of the candidate that saves most per CPU time; -1 if none saves enough. */
  public int best(List<Candidate> candidates) {
    return denser(candidates, 0);
  }

  /**
   * The index of the candidate worth recompressing for; -1 if none is.
   *
   * @param alreadySavedBytes what the present codec saves of the same sample
   */
  public int denser(List<Candidate> candidates, long alreadySavedBytes) {
    int best = -1;
    double most = 0;
    for (int i = 0; i < candidates.size(); i++) {
      double score = score(candidates.get(i), alreadySavedBytes);
      if (score > most) {
        most = score;
        best = i;
      }
    }
    return best;
  }
}
