/** The JFR events of an arena; their names begin with {@code io.predicomp.}. */
@NullMarked
package io.predicomp.arena.event;

import org.jspecify.annotations.NullMarked;
