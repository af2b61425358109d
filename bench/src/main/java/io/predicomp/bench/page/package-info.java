/** What moving pages out of memory and back costs, next to the bare calls that do the work. */
package io.predicomp.bench.page;
