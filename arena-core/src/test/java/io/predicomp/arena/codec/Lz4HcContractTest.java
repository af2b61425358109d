package io.predicomp.arena.codec;

import io.predicomp.arena.testkit.PageCodecContract;

class Lz4HcContractTest extends PageCodecContract {
  private static final PageCodec CODEC = Codecs.parse("lz4hc-9");

  @Override
  protected PageCodec codec() {
    return CODEC;
  }
}
