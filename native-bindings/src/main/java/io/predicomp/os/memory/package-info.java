/**
 * Memory of this process: getting it, advising the kernel about it, giving its pages back, and
 * asking how much of it is resident or still to be had.
 */
package io.predicomp.os.memory;
