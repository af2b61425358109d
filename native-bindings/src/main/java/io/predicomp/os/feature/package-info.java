/**
 * What this machine offers, asked before it is used.
 *
 * <p>Every probe tries the thing itself where that is cheap and leaves nothing behind, and reads
 * the kernel's files otherwise. None writes to a file.
 */
package io.predicomp.os.feature;
