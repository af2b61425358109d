/**
 * The C functions of LZ4 and Zstandard, called directly.
 *
 * <p>lz4-java and zstd-jni bundle shared libraries that export the plain C functions beside their
 * own bindings. {@link io.predicomp.os.codec.Lz4Library} and {@link
 * io.predicomp.os.codec.ZstdLibrary} load them and offer one method per C function. Pointers are
 * {@code long} addresses: the caller answers for the memory behind them, so this package is
 * exported to the arena alone.
 */
package io.predicomp.os.codec;
