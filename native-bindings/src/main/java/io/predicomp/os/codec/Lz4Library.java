package io.predicomp.os.codec;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.os.bundle.BundledLibrary;
import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.libc.Downcalls;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import net.jpountz.lz4.LZ4Exception;

/**
 * The C functions of LZ4 ({@code lz4.h}, {@code lz4hc.h}), one method each, as lz4-java bundles
 * them.
 *
 * <p>Pointers are addresses that the caller keeps valid for the whole call; lengths are in bytes.
 * Any thread may call anything; one state serves one call at a time. Nothing is allocated. Every
 * method throws {@link UnsupportedOperationException} if {@link #probe()} is not {@link
 * ProbeResult.Supported}.
 */
public final class Lz4Library {
  /** Lowest acceleration: the best ratio of the fast compressor ({@code lz4.h}: default 1). */
  public static final int MIN_ACCELERATION = 1;

  /** Highest acceleration ({@code lz4.c}: {@code LZ4_ACCELERATION_MAX}). */
  public static final int MAX_ACCELERATION = 65537;

  /** {@code lz4hc.h} up to 1.9.4: {@code LZ4HC_CLEVEL_MIN}; what is below is not HC any more. */
  public static final int MIN_HC_LEVEL = 3;

  /** {@code lz4hc.h}: {@code LZ4HC_CLEVEL_DEFAULT}. */
  public static final int DEFAULT_HC_LEVEL = 9;

  /** {@code lz4hc.h}: {@code LZ4HC_CLEVEL_MAX}. */
  public static final int MAX_HC_LEVEL = 12;

  private static final BundledLibrary LIBRARY =
      CodecJar.load("LZ4", LZ4Exception.class, "net/jpountz/util/linux/%s/liblz4-java.so");

  // int LZ4_sizeofState(void);
  private static final MethodHandle SIZEOF_STATE =
      LIBRARY.link("LZ4_sizeofState", FunctionDescriptor.of(JAVA_INT));

  // int LZ4_sizeofStateHC(void);
  private static final MethodHandle SIZEOF_STATE_HC =
      LIBRARY.link("LZ4_sizeofStateHC", FunctionDescriptor.of(JAVA_INT));

  // LZ4_stream_t* LZ4_initStream(void* stateBuffer, size_t size);
  private static final MethodHandle INIT_STREAM =
      LIBRARY.link("LZ4_initStream", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));

  // LZ4_streamHC_t* LZ4_initStreamHC(void* buffer, size_t size);
  private static final MethodHandle INIT_STREAM_HC =
      LIBRARY.link("LZ4_initStreamHC", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));

  private static final FunctionDescriptor COMPRESS =
      FunctionDescriptor.of(
          JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT);

  // int LZ4_compress_fast_extState_fastReset(void* state, const char* src, char* dst,
  //     int srcSize, int dstCapacity, int acceleration);
  private static final MethodHandle COMPRESS_FAST =
      LIBRARY.link("LZ4_compress_fast_extState_fastReset", COMPRESS);

  // int LZ4_compress_HC_extStateHC_fastReset(void* state, const char* src, char* dst,
  //     int srcSize, int dstCapacity, int compressionLevel);
  private static final MethodHandle COMPRESS_HC =
      LIBRARY.link("LZ4_compress_HC_extStateHC_fastReset", COMPRESS);

  // int LZ4_decompress_safe(const char* src, char* dst, int compressedSize, int dstCapacity);
  private static final MethodHandle DECOMPRESS_SAFE =
      LIBRARY.link(
          "LZ4_decompress_safe",
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT));

  // void LZ4_resetStreamHC_fast(LZ4_streamHC_t* streamHCPtr, int compressionLevel);
  private static final MethodHandle RESET_STREAM_HC =
      LIBRARY.link("LZ4_resetStreamHC_fast", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));

  // int LZ4_loadDictHC(LZ4_streamHC_t* streamHCPtr, const char* dictionary, int dictSize);
  private static final MethodHandle LOAD_DICTIONARY_HC =
      LIBRARY.link(
          "LZ4_loadDictHC", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

  // void LZ4_attach_HC_dictionary(LZ4_streamHC_t* working_stream,
  //     const LZ4_streamHC_t* dictionary_stream);
  private static final MethodHandle ATTACH_DICTIONARY_HC =
      LIBRARY.link("LZ4_attach_HC_dictionary", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG));

  // int LZ4_compress_HC_continue(LZ4_streamHC_t* streamHCPtr, const char* src, char* dst,
  //     int srcSize, int maxDstSize);
  private static final MethodHandle COMPRESS_HC_CONTINUE =
      LIBRARY.link(
          "LZ4_compress_HC_continue",
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT));

  // int LZ4_decompress_safe_usingDict(const char* src, char* dst, int srcSize, int dstCapacity,
  //     const char* dictStart, int dictSize);
  private static final MethodHandle DECOMPRESS_SAFE_USING_DICTIONARY =
      LIBRARY.link(
          "LZ4_decompress_safe_usingDict",
          FunctionDescriptor.of(
              JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));

  private Lz4Library() {}

  /** {@return whether the library could be loaded with every function, or why not} */
  public static ProbeResult probe() {
    return LIBRARY.probe();
  }

  /**
   * Returns if the library can be used.
   *
   * @throws UnsupportedOperationException if it cannot; the message names reason and remedy
   */
  public static void require() {
    LIBRARY.require();
  }

  /** {@return bytes of a state of {@link #compressFast}; a state is aligned to 8 bytes} */
  public static int fastStateBytes() {
    try {
      return (int) SIZEOF_STATE.invokeExact();
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return bytes of a state of {@link #compressHc}; a state is aligned to 8 bytes} */
  public static int hcStateBytes() {
    try {
      return (int) SIZEOF_STATE_HC.invokeExact();
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Initialises {@link #fastStateBytes()} bytes at {@code state}.
   *
   * @throws IllegalArgumentException if {@code state} is null or not aligned
   */
  public static void initFastState(long state) {
    try {
      requireInitialised((long) INIT_STREAM.invokeExact(state, (long) fastStateBytes()), state);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Initialises {@link #hcStateBytes()} bytes at {@code state}.
   *
   * @throws IllegalArgumentException if {@code state} is null or not aligned
   */
  public static void initHcState(long state) {
    try {
      requireInitialised((long) INIT_STREAM_HC.invokeExact(state, (long) hcStateBytes()), state);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Compresses with a state that was initialised once; every call leaves it fit for the next one,
   * also a call that returns 0 ({@code lz4.h}, {@code LZ4_compress_fast_extState_fastReset}).
   *
   * @return compressed bytes, or 0 if they do not fit into {@code targetCapacity}
   */
  public static int compressFast(
      long state,
      long source,
      long target,
      int sourceLength,
      int targetCapacity,
      int acceleration) {
    try {
      return (int)
          COMPRESS_FAST.invokeExact(
              state, source, target, sourceLength, targetCapacity, acceleration);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Compresses with a state that was initialised once; every call leaves it fit for the next one:
   * after a call that returns 0 the state is marked dirty and the next call clears it whole ({@code
   * lz4hc.c}, {@code LZ4_resetStreamHC_fast}).
   *
   * @return compressed bytes, or 0 if they do not fit into {@code targetCapacity}
   */
  public static int compressHc(
      long state, long source, long target, int sourceLength, int targetCapacity, int level) {
    try {
      return (int)
          COMPRESS_HC.invokeExact(state, source, target, sourceLength, targetCapacity, level);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Decompresses. Whatever the input, it reads nothing outside {@code compressedLength} bytes at
   * {@code source} and writes nothing outside {@code targetCapacity} bytes at {@code target}.
   *
   * @return decompressed bytes, or a negative number if the input is malformed
   */
  public static int decompress(long source, long target, int compressedLength, int targetCapacity) {
    try {
      return (int) DECOMPRESS_SAFE.invokeExact(source, target, compressedLength, targetCapacity);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return the address of {@code LZ4_decompress_safe}, for native code to call} */
  public static long decompressor() {
    LIBRARY.require();
    return LIBRARY.find("LZ4_decompress_safe").orElseThrow().address();
  }

  /** {@return the same of {@code LZ4_decompress_safe_usingDict}} */
  public static long dictionaryDecompressor() {
    LIBRARY.require();
    return LIBRARY.find("LZ4_decompress_safe_usingDict").orElseThrow().address();
  }

  /**
   * Fills an initialised HC state with what compressing with a dictionary needs to know of it. The
   * state refers to the dictionary's bytes, which must stay where and what they are for as long as
   * the state is used; any number of threads may then use it at once in {@link
   * #compressHcWithDictionary}, which only reads it.
   *
   * @param length of the dictionary in bytes; of a longer one only the last 64 KiB count ({@code
   *     lz4hc.h}, {@code LZ4_loadDictHC})
   */
  public static void loadDictionaryHc(long state, long dictionary, int length, int level) {
    try {
      RESET_STREAM_HC.invokeExact(state, level);
      int _ = (int) LOAD_DICTIONARY_HC.invokeExact(state, dictionary, length);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * As {@link #compressHc}, with a dictionary.
   *
   * @param state a working state, initialised once
   * @param dictionaryState a state filled by {@link #loadDictionaryHc}
   * @return compressed bytes, or 0 if they do not fit into {@code targetCapacity}
   */
  public static int compressHcWithDictionary(
      long state,
      long dictionaryState,
      long source,
      long target,
      int sourceLength,
      int targetCapacity,
      int level) {
    try {
      RESET_STREAM_HC.invokeExact(state, level);
      ATTACH_DICTIONARY_HC.invokeExact(state, dictionaryState);
      return (int)
          COMPRESS_HC_CONTINUE.invokeExact(state, source, target, sourceLength, targetCapacity);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * As {@link #decompress}, for what was compressed with a dictionary; reads nothing outside its
   * bytes either.
   *
   * @return decompressed bytes, or a negative number if the input is malformed
   */
  public static int decompressWithDictionary(
      long source,
      long target,
      int compressedLength,
      int targetCapacity,
      long dictionary,
      int dictionaryLength) {
    try {
      return (int)
          DECOMPRESS_SAFE_USING_DICTIONARY.invokeExact(
              source, target, compressedLength, targetCapacity, dictionary, dictionaryLength);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  private static void requireInitialised(long initialised, long state) {
    if (initialised == 0) {
      throw new IllegalArgumentException(
          "not the address of an LZ4 state, which is aligned to 8 bytes: 0x"
              + Long.toHexString(state));
    }
  }
}
