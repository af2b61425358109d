package io.predicomp.arena.codec;

import java.lang.foreign.MemorySegment;

/**
 * Compresses and restores the contents of pages.
 *
 * <p>One instance serves any number of threads at once: threads that access cold pages restore them
 * while background threads compress others. Implementations keep nothing of one call for the next
 * (what they compress can be restored by any instance of the same name, in any order), block on
 * nothing that another page's access could hold, and should allocate nothing.
 *
 * <p>The arena passes native segments; one of them may be as long as the address space, its offset
 * being an absolute address. The built-in codecs accept native segments only. Source and target
 * never overlap, and the caller keeps both alive and unchanged by others during a call. What the
 * target holds after a call that did not succeed is unspecified.
 *
 * <p>Every method throws {@link IndexOutOfBoundsException} if a range does not lie within its
 * segment, and {@link IllegalArgumentException} if a segment is of a kind the codec does not
 * accept.
 */
public interface PageCodec {

  /**
   * {@return the codec's name with its parameters} such as {@code lz4hc-9}; unique among the codecs
   * of an arena. A built-in codec's name is what {@link Codecs#parse} makes the same codec of.
   */
  String name();

  /**
   * Compresses a page.
   *
   * @param source where the page lies
   * @param sourceOffset offset of the page in {@code source}, in bytes
   * @param sourceLength length of the page, in bytes
   * @param target where to write
   * @param targetOffset offset in {@code target} to write at, in bytes
   * @param targetCapacity the most to write, in bytes
   * @return compressed length in bytes, or 0 if it does not fit into {@code targetCapacity}
   * @throws OutOfMemoryError if there is no memory to work in; the page then stays as it is, and is
   *     tried again
   */
  int compress(
      MemorySegment source,
      long sourceOffset,
      int sourceLength,
      MemorySegment target,
      long targetOffset,
      int targetCapacity);

  /**
   * Restores a page. Whatever the input, nothing outside the {@code targetLength} bytes is written:
   * damage to compressed bytes must not spread.
   *
   * @param source where the compressed bytes lie
   * @param sourceOffset their offset in {@code source}, in bytes
   * @param sourceLength their length, as {@link #compress} returned it, in bytes
   * @param target where to write
   * @param targetOffset offset in {@code target} to write at, in bytes
   * @param targetLength length of the page, in bytes
   * @return {@code targetLength}, or a negative number if the input does not decode to exactly that
   *     many bytes
   */
  int decompress(
      MemorySegment source,
      long sourceOffset,
      int sourceLength,
      MemorySegment target,
      long targetOffset,
      int targetLength);
}
