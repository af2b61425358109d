package io.predicomp.arena.codec;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.os.SystemPage;
import io.predicomp.os.codec.Lz4Library;
import io.predicomp.os.codec.ZstdLibrary;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the pages of one region have in common, for {@link Lz4HcDictionaryCodec}: bytes that never
 * change, and, while pages are being compressed with them, LZ4's search tables over these bytes.
 *
 * <p>The tables take four times the memory of the longest dictionary and restoring does not need
 * them, so they are there only between {@link #openEncoder} and {@link #closeEncoder}. Any number
 * of threads may compress and restore at once; opening and closing the encoder, and {@link #close},
 * belong to one owner that knows that nobody compresses, or restores, at that moment.
 */
public final class RegionDictionary implements AutoCloseable {
  /** The longest distance in an LZ4 block is 65,535 bytes ({@code lz4.h}). */
  public static final int MAX_BYTES = 64 << 10;

  /** {@code zdict.h}: {@code ZDICT_DICTSIZE_MIN}. */
  public static final int MIN_BYTES = 256;

  private final int version;
  private final int length;
  private final Mapping content;
  private final LongFunction<Mapping> memory;
  private @Nullable Mapping encoder;

  private RegionDictionary(int version, int length, Mapping content, LongFunction<Mapping> memory) {
    this.version = version;
    this.length = length;
    this.content = content;
    this.memory = memory;
  }

  /**
   * {@return a dictionary of those bytes, or of the last {@value #MAX_BYTES} of them}
   *
   * @param version told in the codec's name
   * @throws io.predicomp.os.ErrnoException if there is no memory for it
   */
  public static RegionDictionary of(int version, MemorySegment bytes) {
    return of(version, bytes, Mapping::anonymous);
  }

  /** For tests, which refuse memory. */
  static RegionDictionary of(int version, MemorySegment bytes, LongFunction<Mapping> memory) {
    int length = (int) Math.min(MAX_BYTES, bytes.byteSize());
    Mapping content = memory.apply(length);
    try {
      MemorySegment.copy(bytes, bytes.byteSize() - length, content.segment(), 0, length);
      content.protect(Protection.READ, 0, content.byteSize());
      return new RegionDictionary(version, length, content, memory);
    } catch (Throwable t) {
      content.close();
      throw t;
    }
  }

  /**
   * Trains a dictionary, by the trainer of Zstandard, whose choice of pieces serves LZ4 as well.
   * One call takes tens of milliseconds for half a MiB of samples (docs/dense-tier.md).
   *
   * @param samples of equal length, one behind the other
   * @param sampleBytes bytes of one
   * @param count how many there are
   * @param dictionaryBytes the most it may have: {@value #MIN_BYTES} to {@value #MAX_BYTES}
   * @return the dictionary; empty if the samples have too little in common or are too few
   * @throws IllegalArgumentException if {@code dictionaryBytes} is out of its range
   * @throws UnsupportedOperationException if a native library cannot be used; the message says why
   */
  public static Optional<RegionDictionary> train(
      int version, MemorySegment samples, int sampleBytes, int count, int dictionaryBytes) {
    if (dictionaryBytes < MIN_BYTES || dictionaryBytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "dictionaryBytes is "
              + dictionaryBytes
              + ", allowed are "
              + MIN_BYTES
              + " to "
              + MAX_BYTES);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment lengths = arena.allocate(JAVA_LONG, count);
      for (int i = 0; i < count; i++) {
        lengths.setAtIndex(JAVA_LONG, i, sampleBytes);
      }
      MemorySegment dictionary = arena.allocate(dictionaryBytes);
      long from = NativeSpan.readable(samples, 0, Math.multiplyExact(sampleBytes, count));
      long trained =
          ZstdLibrary.trainDictionary(
              dictionary.address(), dictionaryBytes, from, lengths.address(), count);
      return trained < MIN_BYTES
          ? Optional.empty()
          : Optional.of(of(version, dictionary.asSlice(0, trained)));
    }
  }

  /** {@return the number given to it} */
  public int version() {
    return version;
  }

  /** {@return bytes of the dictionary itself} */
  public int length() {
    return length;
  }

  /** {@return bytes held now, in whole system pages: the dictionary and its encoder if open} */
  public long heldBytes() {
    Mapping tables = encoder;
    return content.byteSize() + (tables == null ? 0 : tables.byteSize());
  }

  /** {@return bytes that {@link #openEncoder} takes} */
  public static long encoderBytes() {
    return SystemPage.roundUp(Lz4Library.hcStateBytes());
  }

  /**
   * Gets ready for compressing; does nothing if that was done before. Owner only.
   *
   * @throws io.predicomp.os.ErrnoException if there is no memory for it
   */
  public void openEncoder(int level) {
    if (encoder != null) {
      return;
    }
    Mapping tables = memory.apply(Lz4Library.hcStateBytes());
    Lz4Library.initHcState(tables.address());
    Lz4Library.loadDictionaryHc(tables.address(), content.address(), length, level);
    encoder = tables;
  }

  /** Frees what {@link #openEncoder} took. Owner only; nobody may be compressing. */
  public void closeEncoder() {
    Mapping tables = encoder;
    if (tables != null) {
      encoder = null;
      tables.close();
    }
  }

  /** {@return whether {@link Lz4HcDictionaryCodec#compress} can be called} */
  public boolean isEncoderOpen() {
    return encoder != null;
  }

  /** The address of the search tables. */
  long encoder() {
    Mapping tables = encoder;
    if (tables == null) {
      throw new IllegalStateException("dictionary " + version + " has no open encoder");
    }
    return tables.address();
  }

  /** {@return the address of the first byte, for native code} */
  public long address() {
    return content.address();
  }

  /** Frees everything. Owner only; nobody may be compressing or restoring. */
  @Override
  public void close() {
    closeEncoder();
    content.close();
  }
}
