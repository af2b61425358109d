package io.predicomp.arena.hotness;

/**
 * Addresses of one region.
 *
 * @param start of its first byte
 * @param end after its last byte
 */
public record AddressRange(long start, long end) {}
