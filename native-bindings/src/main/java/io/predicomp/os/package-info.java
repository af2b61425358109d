/**
 * What every other package stands on: errors of system calls, owned file descriptors, the system
 * page, and the process-wide memory barrier.
 *
 * <p>Everything here is for Linux on x86-64 and AArch64. Failed system calls throw {@link
 * io.predicomp.os.ErrnoException}, which is unchecked; results that a caller must expect are return
 * values instead.
 */
package io.predicomp.os;
