/** Runs all workloads, one after the other, each with a controller of its own. */
@NullMarked
package io.predicomp.controller.matrix;

import org.jspecify.annotations.NullMarked;
