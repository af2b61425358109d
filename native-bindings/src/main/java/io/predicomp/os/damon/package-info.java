/**
 * DAMON, the kernel's monitor of accesses to memory: which parts of an address range were touched
 * lately, at an overhead that the number of regions bounds. For root, on kernels from 5.18.
 *
 * <p>The kernel has one set of monitoring threads (<em>kdamonds</em>) for everybody, and writing
 * its size replaces all of it. {@link io.predicomp.os.damon.Damon} therefore makes a set only where
 * there is none, or where what is there provably serves nobody any more.
 */
package io.predicomp.os.damon;
