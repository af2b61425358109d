package io.predicomp.arena.codec;

import io.predicomp.arena.testkit.PageCodecContract;

class Lz4ContractTest extends PageCodecContract {
  private static final PageCodec CODEC = Codecs.parse("lz4");

  @Override
  protected PageCodec codec() {
    return CODEC;
  }
}
