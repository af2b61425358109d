package io.predicomp.arena.codec;

import io.predicomp.arena.testkit.PageCodecContract;

class ZstdContractTest extends PageCodecContract {
  private static final PageCodec CODEC = Codecs.parse("zstd-3");

  @Override
  protected PageCodec codec() {
    return CODEC;
  }
}
