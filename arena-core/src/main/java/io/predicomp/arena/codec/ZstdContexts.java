package io.predicomp.arena.codec;

import io.predicomp.os.codec.ZstdLibrary;
import io.predicomp.os.codec.ZstdLibrary.CompressionParameter;

/**
 * The Zstandard contexts of the process. Decompression contexts are created together and never need
 * more memory, so that no restore can fail for want of it: without them there is no codec.
 * Compression contexts are created when first claimed and grow to what their level asks for.
 */
final class ZstdContexts {
  static final ContextPool DECOMPRESSION = new ContextPool(ZstdLibrary::createPageDecoder);

  static final ContextPool COMPRESSION = new ContextPool(ZstdContexts::createCompression);

  /** The level each compression context is set to; an element belongs to its slot's owner. */
  private static final int[] LEVELS = new int[COMPRESSION.slots()];

  private ZstdContexts() {}

  /**
   * Creates the decompression contexts, unless that was done before.
   *
   * @throws OutOfMemoryError if there is no memory for them; a later call may have some
   */
  static synchronized void initialize() {
    DECOMPRESSION.preallocate();
  }

  /** {@return the compression context of a claimed slot, set to a level} */
  static long compression(int slot, int level) {
    long context = COMPRESSION.context(slot);
    if (LEVELS[slot] != level) {
      ZstdLibrary.set(context, CompressionParameter.COMPRESSION_LEVEL, level);
      LEVELS[slot] = level;
    }
    return context;
  }

  static long createCompression() {
    long context = ZstdLibrary.createCompressionContext();
    ZstdLibrary.set(context, CompressionParameter.FORMAT, ZstdLibrary.MAGICLESS);
    ZstdLibrary.set(context, CompressionParameter.CONTENT_SIZE_FLAG, 0);
    ZstdLibrary.set(context, CompressionParameter.CHECKSUM_FLAG, 0);
    ZstdLibrary.set(context, CompressionParameter.DICTIONARY_ID_FLAG, 0);
    return context;
  }
}
