package io.predicomp.bench.compare;

import java.util.function.LongSupplier;

/**
 * One of the ways to do a piece of work.
 *
 * @param operations operations that one call of {@code work} does
 * @param work returns something that depends on all it did, so that none of it is left out
 */
public record Contender(String name, int operations, LongSupplier work) {}
