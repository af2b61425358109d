package io.predicomp.arena;

import java.util.Random;

/** Page contents for tests. */
final class TestPages {
  private TestPages() {}

  /** Every page half random and half constant: LZ4 stores it in a little over half a page. */
  static byte[] fillHalfRandom(Region region, long seed) {
    byte[] content = new byte[Math.toIntExact(region.byteSize())];
    Random random = new Random(seed);
    int pageBytes = region.pageBytes();
    byte[] half = new byte[pageBytes / 2];
    for (int page = 0; page < region.pageCount(); page++) {
      random.nextBytes(half);
      System.arraycopy(half, 0, content, page * pageBytes, half.length);
    }
    region.copyFrom(0, content, 0, content.length);
    return content;
  }

  /** Every page random: no codec gains anything. */
  static byte[] fillRandom(Region region, long seed) {
    byte[] content = new byte[Math.toIntExact(region.byteSize())];
    new Random(seed).nextBytes(content);
    region.copyFrom(0, content, 0, content.length);
    return content;
  }
}
