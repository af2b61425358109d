package io.predicomp.os.codec;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.github.luben.zstd.util.ZstdVersion;
import io.predicomp.os.bundle.BundledLibrary;
import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.libc.Downcalls;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/**
 * The C functions of Zstandard ({@code zstd.h}), one method each, as zstd-jni bundles them.
 *
 * <p>Pointers are addresses that the caller keeps valid for the whole call; lengths are in bytes; a
 * C {@code size_t} is a {@code long}, and an error is a negative one: {@code -ZSTD_ErrorCode}. Any
 * thread may call anything; one context serves one call at a time. Nothing is allocated on the Java
 * heap. Every method throws {@link UnsupportedOperationException} if {@link #probe()} is not {@link
 * ProbeResult.Supported}.
 */
public final class ZstdLibrary {
  /** {@code zstd_errors.h}: {@code ZSTD_error_memory_allocation}, as a result. */
  public static final long OUT_OF_MEMORY = -64;

  /** Lowest level, the fastest ({@code zstd.h}: {@code ZSTD_minCLevel} is -2^17). */
  public static final int MIN_LEVEL = -131072;

  /** {@code zstd.h}: {@code ZSTD_CLEVEL_DEFAULT}. */
  public static final int DEFAULT_LEVEL = 3;

  /** {@code zstd_compress.c}: {@code ZSTD_MAX_CLEVEL}. */
  public static final int MAX_LEVEL = 22;

  /** {@code zstd_errors.h}: {@code ZSTD_error_dstSize_tooSmall}, as a result. */
  public static final long TARGET_TOO_SMALL = -70;

  /** {@code zstd.h}: {@code ZSTD_f_zstd1_magicless}, a {@code FORMAT}. */
  public static final int MAGICLESS = 1;

  static final String RESOURCE = "linux/%s/libzstd-jni-" + ZstdVersion.VERSION + ".so";

  private static final BundledLibrary LIBRARY =
      CodecJar.load("Zstandard", ZstdVersion.class, RESOURCE);

  // ZSTD_CCtx* ZSTD_createCCtx(void);
  private static final MethodHandle CREATE_COMPRESSION_CONTEXT =
      LIBRARY.link("ZSTD_createCCtx", FunctionDescriptor.of(JAVA_LONG));

  // ZSTD_DCtx* ZSTD_createDCtx(void);
  private static final MethodHandle CREATE_DECOMPRESSION_CONTEXT =
      LIBRARY.link("ZSTD_createDCtx", FunctionDescriptor.of(JAVA_LONG));

  private static final FunctionDescriptor SET_PARAMETER =
      FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT);

  // size_t ZSTD_CCtx_setParameter(ZSTD_CCtx* cctx, ZSTD_cParameter param, int value);
  private static final MethodHandle SET_COMPRESSION_PARAMETER =
      LIBRARY.link("ZSTD_CCtx_setParameter", SET_PARAMETER);

  // size_t ZSTD_DCtx_setParameter(ZSTD_DCtx* dctx, ZSTD_dParameter param, int value);
  private static final MethodHandle SET_DECOMPRESSION_PARAMETER =
      LIBRARY.link("ZSTD_DCtx_setParameter", SET_PARAMETER);

  private static final FunctionDescriptor TRANSFORM =
      FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  // size_t ZSTD_compress2(ZSTD_CCtx* cctx, void* dst, size_t dstCapacity,
  //     const void* src, size_t srcSize);
  private static final MethodHandle COMPRESS = LIBRARY.link("ZSTD_compress2", TRANSFORM);

  // size_t ZSTD_decompressDCtx(ZSTD_DCtx* dctx, void* dst, size_t dstCapacity,
  //     const void* src, size_t srcSize);
  private static final MethodHandle DECOMPRESS = LIBRARY.link("ZSTD_decompressDCtx", TRANSFORM);

  // size_t ZDICT_trainFromBuffer(void* dictBuffer, size_t dictBufferCapacity,
  //     const void* samplesBuffer, const size_t* samplesSizes, unsigned nbSamples);
  private static final MethodHandle TRAIN =
      LIBRARY.link(
          "ZDICT_trainFromBuffer",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));

  private ZstdLibrary() {}

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

  /**
   * {@return the address of a new compression context with default parameters}
   *
   * @throws OutOfMemoryError if there is no memory for it
   */
  public static long createCompressionContext() {
    try {
      return requireCreated((long) CREATE_COMPRESSION_CONTEXT.invokeExact());
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * {@return the address of a new decompression context with default parameters}
   *
   * @throws OutOfMemoryError if there is no memory for it
   */
  public static long createDecompressionContext() {
    try {
      return requireCreated((long) CREATE_DECOMPRESSION_CONTEXT.invokeExact());
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Sets a parameter of a compression context.
   *
   * @throws IllegalArgumentException if the library refuses parameter or value
   */
  public static void set(long context, CompressionParameter parameter, int value) {
    try {
      long result = (long) SET_COMPRESSION_PARAMETER.invokeExact(context, parameter.number, value);
      requireAccepted(result, parameter, value);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Sets a parameter of a decompression context.
   *
   * @throws IllegalArgumentException if the library refuses parameter or value
   */
  public static void set(long context, DecompressionParameter parameter, int value) {
    try {
      long result =
          (long) SET_DECOMPRESSION_PARAMETER.invokeExact(context, parameter.number, value);
      requireAccepted(result, parameter, value);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Compresses into one frame.
   *
   * @return compressed bytes, {@link #TARGET_TOO_SMALL}, or another negative error
   */
  public static long compress(
      long context, long target, long targetCapacity, long source, long sourceLength) {
    try {
      return (long) COMPRESS.invokeExact(context, target, targetCapacity, source, sourceLength);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * Decompresses. Whatever the input, it reads nothing outside {@code sourceLength} bytes at {@code
   * source} and writes nothing outside {@code targetCapacity} bytes at {@code target}.
   *
   * @return decompressed bytes, or a negative error
   */
  public static long decompress(
      long context, long target, long targetCapacity, long source, long sourceLength) {
    try {
      return (long) DECOMPRESS.invokeExact(context, target, targetCapacity, source, sourceLength);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /**
   * {@return a decompression context for frames without magic number, which needs no more memory}
   *
   * @throws OutOfMemoryError if there is none for it
   */
  public static long createPageDecoder() {
    long context = createDecompressionContext();
    set(context, DecompressionParameter.FORMAT, MAGICLESS);
    return context;
  }

  /** {@return the address of {@code ZSTD_decompressDCtx}, for native code to call} */
  public static long decompressor() {
    LIBRARY.require();
    return LIBRARY.find("ZSTD_decompressDCtx").orElseThrow().address();
  }

  /**
   * Trains a dictionary ({@code zdict.h}): a header with entropy tables, then the pieces of the
   * samples that help most, the most useful ones last. Takes tens of milliseconds for half a MiB of
   * samples, and allocates about ten times their size outside the Java heap meanwhile.
   *
   * @param capacity the most bytes to write at {@code dictionary}, at least 256
   * @param samples all samples, one behind the other
   * @param lengths of each sample, a 64-bit word each
   * @param count of samples
   * @return bytes of the dictionary, or a negative error, such as for samples that are too few or
   *     have nothing in common
   */
  public static long trainDictionary(
      long dictionary, long capacity, long samples, long lengths, int count) {
    try {
      return (long) TRAIN.invokeExact(dictionary, capacity, samples, lengths, count);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  private static long requireCreated(long context) {
    if (context == 0) {
      throw new OutOfMemoryError("no memory for a Zstandard context");
    }
    return context;
  }

  private static void requireAccepted(long result, Enum<?> parameter, int value) {
    if (result < 0) {
      throw new IllegalArgumentException(
          "Zstandard refuses " + parameter + " = " + value + " with error " + -result);
    }
  }

  /** {@code zstd.h}: {@code enum ZSTD_cParameter}, what is used of it. */
  public enum CompressionParameter {
    /** {@code ZSTD_c_format} = {@code ZSTD_c_experimentalParam2}; 1 is {@code zstd1_magicless}. */
    FORMAT(10),
    /** {@code ZSTD_c_compressionLevel}. */
    COMPRESSION_LEVEL(100),
    /** {@code ZSTD_c_contentSizeFlag}: whether the frame states its decompressed length. */
    CONTENT_SIZE_FLAG(200),
    /** {@code ZSTD_c_checksumFlag}. */
    CHECKSUM_FLAG(201),
    /** {@code ZSTD_c_dictIDFlag}. */
    DICTIONARY_ID_FLAG(202);

    private final int number;

    CompressionParameter(int number) {
      this.number = number;
    }
  }

  /** {@code zstd.h}: {@code enum ZSTD_dParameter}, what is used of it. */
  public enum DecompressionParameter {
    /** {@code ZSTD_d_format} = {@code ZSTD_d_experimentalParam1}; 1 is {@code zstd1_magicless}. */
    FORMAT(1000);

    private final int number;

    DecompressionParameter(int number) {
      this.number = number;
    }
  }
}
