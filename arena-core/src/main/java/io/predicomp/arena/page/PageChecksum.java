package io.predicomp.arena.page;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.os.address.AddressSpace;

/**
 * A 32-bit checksum of one page, to tell a page restored wrong from one restored right.
 *
 * <p>Four independent lanes of multiply and rotate, so that the multiplications overlap: it detects
 * accidents, not attacks. The multipliers are the primes of xxHash64 (XXH64 specification, Yann
 * Collet).
 */
public final class PageChecksum {
  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;

  private PageChecksum() {}

  /** Checksum of {@code bytes} bytes at {@code address}; {@code bytes} is a multiple of 32. */
  public static int of(long address, int bytes) {
    long a = PRIME_1;
    long b = PRIME_2;
    long c = PRIME_3;
    long d = ~PRIME_1;
    for (long p = address, end = address + bytes; p < end; p += 32) {
      a = mix(a, AddressSpace.ALL.get(JAVA_LONG, p));
      b = mix(b, AddressSpace.ALL.get(JAVA_LONG, p + 8));
      c = mix(c, AddressSpace.ALL.get(JAVA_LONG, p + 16));
      d = mix(d, AddressSpace.ALL.get(JAVA_LONG, p + 24));
    }
    long h = mix(mix(mix(a, b), c), d);
    h ^= h >>> 29;
    h *= PRIME_3;
    return (int) (h ^ (h >>> 32));
  }

  private static long mix(long lane, long word) {
    return Long.rotateLeft(lane + word * PRIME_2, 31) * PRIME_1;
  }
}
