package io.predicomp.arena.policy;

/**
 * What one way of compressing pages costs, as the mean over a sample.
 *
 * @param bytes payload of one page
 * @param compressNanos CPU time to compress it
 * @param decompressNanos CPU time to restore it
 */
public record TierCost(double bytes, double compressNanos, double decompressNanos) {}
