package io.predicomp.arena.page;

import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.codec.PatternCodec;
import io.predicomp.arena.policy.AdmissionPolicy;
import io.predicomp.os.address.AddressSpace;

/**
 * Makes payload of pages that are demoted: by the pattern they repeat, or else by the arena's
 * codec. For one thread at a time.
 */
public final class PageEncoder {
  /** What {@link #encode} gives for a page that there is no memory to compress in. */
  public static final int NO_MEMORY = -1;

  private final PageCodec codec;
  private final PatternCodec pattern = new PatternCodec();
  private final int pageBytes;
  private final int capacity;

  /** The codec byte of the latest page. */
  private int used = PageCodecs.BASE;

  /**
   * An encoder.
   *
   * @param codec what {@link PageCodecs#BASE} stands for
   */
  public PageEncoder(PageCodec codec, AdmissionPolicy admission, int pageBytes) {
    this.codec = codec;
    this.pageBytes = pageBytes;
    this.capacity = admission.mostPayloadBytes(pageBytes);
  }

  /**
   * Compresses a page that does not change meanwhile.
   *
   * @param page its address
   * @param payload address of as many bytes as a page has
   * @return payload bytes, 0 if too little would be saved, or {@link #NO_MEMORY}
   * @throws IllegalStateException if the codec says that it gave more than it was allowed to
   */
  public int encode(long page, long payload) {
    used = PageCodecs.PATTERN;
    int length = run(pattern, page, payload);
    if (length <= 0) {
      used = PageCodecs.BASE;
      try {
        length = run(codec, page, payload);
      } catch (OutOfMemoryError _) {
        return NO_MEMORY; // of the native kind mostly; demotion is no reason to stop a program
      }
    }
    if (length > capacity) {
      throw new IllegalStateException(
          codec.name() + " gave " + length + " payload bytes, " + capacity + " were allowed");
    }
    return Math.max(0, length);
  }

  private int run(PageCodec encoder, long page, long payload) {
    return encoder.compress(AddressSpace.ALL, page, pageBytes, AddressSpace.ALL, payload, capacity);
  }

  /** The entry of the latest page, whose payload went to the pool. */
  public long entry(int length, long handle) {
    return PageEntry.of(used, length, handle);
  }
}
