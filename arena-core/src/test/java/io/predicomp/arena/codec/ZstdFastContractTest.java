package io.predicomp.arena.codec;

import io.predicomp.arena.testkit.PageCodecContract;

class ZstdFastContractTest extends PageCodecContract {
  private static final PageCodec CODEC = Codecs.parse("zstd-fast-5");

  @Override
  protected PageCodec codec() {
    return CODEC;
  }
}
