package io.predicomp.arena.codec;

import io.predicomp.arena.testkit.PageCodecContract;

class Lz4HcDictionaryContractTest extends PageCodecContract {
  private static final PageCodec CODEC = Dictionaries.codec(1);

  @Override
  protected PageCodec codec() {
    return CODEC;
  }
}
