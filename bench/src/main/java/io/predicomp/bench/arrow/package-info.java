/** Apache Arrow on transparent memory: a library of others, unchanged. */
@NullMarked
package io.predicomp.bench.arrow;

import org.jspecify.annotations.NullMarked;
