/** Limits on memory, and how hard they press. */
package io.predicomp.os.pressure;
