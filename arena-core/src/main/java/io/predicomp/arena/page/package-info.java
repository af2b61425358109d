/**
 * Pages and how they move: the table that holds their states, the slots that announce accesses, and
 * the mover that takes pages out of memory and brings them back. The protocol between accessors and
 * evictor is told in {@link io.predicomp.arena.page.PinSlot} and {@code DemotionBatch}, the states
 * in {@code PageState}.
 */
@NullMarked
package io.predicomp.arena.page;

import org.jspecify.annotations.NullMarked;
