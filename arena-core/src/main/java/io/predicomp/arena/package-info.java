/**
 * A compressed arena for off-heap memory. {@link io.predicomp.arena.CompressedArena} is the way in.
 */
@NullMarked
package io.predicomp.arena;

import org.jspecify.annotations.NullMarked;
