package io.predicomp.arena.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodecsTest {
  @ParameterizedTest
  @CsvSource({
    "lz4, lz4",
    "lz4-1, lz4",
    "lz4-8, lz4-8",
    "lz4-65537, lz4-65537",
    "lz4hc, lz4hc-9",
    "lz4hc-3, lz4hc-3",
    "lz4hc-12, lz4hc-12",
    "zstd, zstd-3",
    "zstd-1, zstd-1",
    "zstd-22, zstd-22",
    "zstd-fast, zstd-fast-1",
    "zstd-fast-131072, zstd-fast-131072",
  })
  void aNameGivesTheCodecOfThatName(String written, String name) {
    PageCodec codec = Codecs.parse(written);

    assertEquals(name, codec.name());
    assertEquals(name, Codecs.parse(codec.name()).name());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "lz",
        "LZ4",
        "lz4-",
        "lz4-0",
        "lz4-65538",
        "lz4--1",
        "lz4 8",
        "lz4hc-2",
        "lz4hc-13",
        "zstd-0",
        "zstd-23",
        "zstd--1",
        "zstd-fast-0",
        "zstd-fast-131073",
        "zstd-99999999999999"
      })
  void anyOtherNameIsRefusedWithTheAllowedForms(String name) {
    var refused = assertThrows(IllegalArgumentException.class, () -> Codecs.parse(name));

    assertTrue(refused.getMessage().contains("'" + name + "'"), refused.getMessage());
    assertTrue(refused.getMessage().contains("lz4[-ACCELERATION] (1 to 65537, default 1)"));
    assertTrue(refused.getMessage().contains("lz4hc[-LEVEL] (3 to 12, default 9)"));
    assertTrue(refused.getMessage().contains("zstd[-LEVEL] (1 to 22, default 3)"));
    assertTrue(refused.getMessage().contains("zstd-fast[-LEVEL] (1 to 131072, default 1)"));
  }

  @Test
  void constructorsCheckTheirRanges() {
    assertThrows(IllegalArgumentException.class, () -> new Lz4Codec(0));
    assertThrows(IllegalArgumentException.class, () -> new Lz4Codec(65538));
    assertThrows(IllegalArgumentException.class, () -> new Lz4HcCodec(2));
    assertThrows(IllegalArgumentException.class, () -> new Lz4HcCodec(13));
    assertThrows(IllegalArgumentException.class, () -> new ZstdCodec(0));
    assertThrows(IllegalArgumentException.class, () -> new ZstdCodec(23));
    assertThrows(IllegalArgumentException.class, () -> new ZstdCodec(-131073));
  }
}
