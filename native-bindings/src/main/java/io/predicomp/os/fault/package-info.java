/**
 * Memory whose absent pages come back under the instruction that touches them: the Java face of the
 * fault kernel in C. Addresses and handles are bare numbers, for which the caller answers, so this
 * package is exported to the arena alone.
 */
package io.predicomp.os.fault;
