/** Background work: slices that a test steps and a thread repeats. */
@NullMarked
package io.predicomp.arena.agent;

import org.jspecify.annotations.NullMarked;
