package io.predicomp.arena.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.predicomp.arena.testkit.PageContents;
import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.memory.Mapping;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** Dictionaries trained on records of text; each version on records of its own. */
public final class Dictionaries {
  private static final int PAGE = 4096;
  private static final int SAMPLES = 64;

  private static final Map<Integer, MemorySegment> TRAINED = new ConcurrentHashMap<>();

  private Dictionaries() {}

  /** A codec that can compress. */
  public static Lz4HcDictionaryCodec codec(int version) {
    Lz4HcDictionaryCodec codec = new Lz4HcDictionaryCodec(dictionary(version), 6);
    codec.openEncoder();
    return codec;
  }

  public static RegionDictionary dictionary(int version) {
    return RegionDictionary.of(version, trained(version));
  }

  /** One that gets no memory for its encoder while {@code failing} says so. */
  public static RegionDictionary withoutEncoder(int version, BooleanSupplier failing) {
    AtomicBoolean made = new AtomicBoolean();
    return RegionDictionary.of(
        version,
        trained(version),
        size -> {
          if (made.getAndSet(true) && failing.getAsBoolean()) {
            throw new ErrnoException("mmap", Errno.ENOMEM.number(), "injected");
          }
          return Mapping.anonymous(size);
        });
  }

  /** Trained once, because that takes as long as thousands of accesses. */
  private static MemorySegment trained(int version) {
    return TRAINED.computeIfAbsent(version, Dictionaries::train);
  }

  private static MemorySegment train(int version) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment samples = arena.allocate((long) SAMPLES * PAGE);
      for (int i = 0; i < SAMPLES; i++) {
        byte[] page = PageContents.TEXT.bytes(PAGE, 1_000_000L * version + i);
        MemorySegment.copy(page, 0, samples, JAVA_BYTE, (long) i * PAGE, PAGE);
      }
      try (RegionDictionary trained =
          RegionDictionary.train(version, samples, PAGE, SAMPLES, 16 << 10).orElseThrow()) {
        MemorySegment bytes = AddressSpace.ALL.asSlice(trained.address(), trained.length());
        return MemorySegment.ofArray(bytes.toArray(JAVA_BYTE));
      }
    }
  }
}
