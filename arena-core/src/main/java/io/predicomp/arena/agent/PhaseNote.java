package io.predicomp.arena.agent;

import io.predicomp.arena.Phase;
import io.predicomp.arena.page.AgedRegion;

/**
 * What an application said of a region.
 *
 * @param nanoTime when, on the agents' clock
 */
record PhaseNote(AgedRegion region, Phase phase, long nanoTime) {}
