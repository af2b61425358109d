package io.predicomp.arena.transparent;

import io.predicomp.arena.codec.Lz4Codec;
import io.predicomp.arena.codec.Lz4HcCodec;
import io.predicomp.arena.codec.Lz4HcDictionaryCodec;
import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.codec.PatternCodec;
import io.predicomp.arena.codec.RegionDictionary;
import io.predicomp.arena.codec.ZstdCodec;
import io.predicomp.os.codec.ZstdLibrary;
import io.predicomp.os.fault.FaultKernel;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Tells the fault kernel how pages are decompressed. */
final class Decoders {
  /** What the handler can call, for messages. */
  static final String KNOWN = "lz4, lz4hc, zstd or zstd-fast";

  /** The handler's Zstandard contexts, as many as there was memory for until now. */
  private static final long[] ZSTD_CONTEXTS = new long[FaultKernel.CONTEXTS];

  private static LongSupplier createZstd = ZstdLibrary::createPageDecoder;
  private static boolean zstdReady;

  private Decoders() {}

  /** Whether pages of a codec can be restored in a signal handler. */
  static boolean know(PageCodec codec) {
    return codec instanceof Lz4Codec
        || codec instanceof Lz4HcCodec
        || codec instanceof Lz4HcDictionaryCodec
        || codec instanceof ZstdCodec
        || codec instanceof PatternCodec;
  }

  /**
   * Gives a codec number of a pool its meaning, while no page has it.
   *
   * @param codec null: none any more
   * @throws UnsupportedOperationException if the handler cannot call that codec
   * @throws OutOfMemoryError if there is no memory for what it needs; nothing changes then
   */
  static void set(long nativePool, int number, @Nullable PageCodec codec) {
    switch (codec) {
      case null -> {} // nobody asks for it until it means something else
      case Lz4HcDictionaryCodec dense -> {
        RegionDictionary dictionary = dense.dictionary();
        FaultKernel.setCodec(
            nativePool,
            number,
            FaultKernel.Decoder.LZ4_DICTIONARY,
            dictionary.address(),
            dictionary.length());
      }
      case ZstdCodec _ -> {
        prepareZstd();
        FaultKernel.setCodec(nativePool, number, FaultKernel.Decoder.ZSTD, 0, 0);
      }
      case PatternCodec _ ->
          FaultKernel.setCodec(nativePool, number, FaultKernel.Decoder.PATTERN, 0, 0);
      case Lz4Codec _, Lz4HcCodec _ ->
          FaultKernel.setCodec(nativePool, number, FaultKernel.Decoder.LZ4, 0, 0);
      default -> throw new UnsupportedOperationException("not in a handler: " + codec.name());
    }
  }

  /** Contexts are made ahead, once for the process: a handler can allocate nothing. */
  private static synchronized void prepareZstd() {
    if (!zstdReady) {
      for (int slot = 0; slot < ZSTD_CONTEXTS.length; slot++) {
        if (ZSTD_CONTEXTS[slot] == 0) {
          ZSTD_CONTEXTS[slot] = createZstd.getAsLong();
        }
      }
      FaultKernel.setContexts(ZSTD_CONTEXTS);
      zstdReady = true;
    }
  }

  /** For tests: what creates contexts from now on. */
  static synchronized void setCreateZstd(LongSupplier replacement) {
    createZstd = replacement;
  }
}
