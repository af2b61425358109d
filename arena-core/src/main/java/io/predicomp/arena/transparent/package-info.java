/**
 * Transparent mode: segments whose cold pages leave memory and come back under the instruction that
 * touches them. States and transitions are the fault kernel's (module {@code io.predicomp.os});
 * what is decided and stored is decided and stored here, with the pool, codecs and policies of
 * checked mode.
 */
package io.predicomp.arena.transparent;
