/** {@code compare}: the same cold pages in the arena, in the kernel's zram, in C, and elsewhere. */
package io.predicomp.bench.rival;
