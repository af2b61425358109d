/**
 * The one door to C: linking, the C functions under their own names, the layouts of their structs.
 * Not exported, so that no method handle, address or C flag leaks out of the module.
 *
 * <p>Everything here reports failure as C does, but race-free: a function that sets {@code errno}
 * returns {@code -errno} instead of -1. The packages above turn that into exceptions.
 */
package io.predicomp.os.libc;
