package io.predicomp.arena.transparent;

import io.predicomp.arena.codec.ContextMemory;
import io.predicomp.os.codec.ZstdLibrary;
import java.util.function.BooleanSupplier;

/** Lets the fault handler's Zstandard contexts get no memory, of those not created yet. */
public final class DecoderMemory {
  private DecoderMemory() {}

  /** From now on they fail while {@code refused} says so. */
  public static void ofHandler(BooleanSupplier refused) {
    Decoders.setCreateZstd(ContextMemory.unless(refused, ZstdLibrary::createPageDecoder));
  }
}
