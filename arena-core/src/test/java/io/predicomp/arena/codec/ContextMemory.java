package io.predicomp.arena.codec;

import io.predicomp.os.codec.ZstdLibrary;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Lets Zstandard contexts of this process get no memory, of those that are not created yet. */
public final class ContextMemory {
  private ContextMemory() {}

  /** From now on compression contexts fail while {@code refused} says so. */
  public static void ofCompression(BooleanSupplier refused) {
    ZstdContexts.COMPRESSION.setCreate(unless(refused, ZstdContexts::createCompression));
  }

  /** From now on decompression contexts fail while {@code refused} says so. */
  public static void ofDecompression(BooleanSupplier refused) {
    ZstdContexts.DECOMPRESSION.setCreate(unless(refused, ZstdLibrary::createPageDecoder));
  }

  /** What creates contexts, unless it fails as the library does where it is given NULL. */
  public static LongSupplier unless(BooleanSupplier refused, LongSupplier create) {
    return () -> {
      if (refused.getAsBoolean()) {
        throw new OutOfMemoryError("no memory for a Zstandard context");
      }
      return create.getAsLong();
    };
  }
}
