/** Evidence of which pages are in use. */
@NullMarked
package io.predicomp.arena.hotness;

import org.jspecify.annotations.NullMarked;
