package io.predicomp.bench.sweep;

import com.github.luben.zstd.ZstdDictTrainer;
import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.Lz4HcDictionaryCodec;
import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.codec.RegionDictionary;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A codec that takes part.
 *
 * @param name as {@link Codecs} names it; {@code +dict} behind it for one with a dictionary
 */
public record Candidate(String name) {
  /** Beyond this a block brings enough of its own to refer to. */
  static final int LARGEST_WITH_DICTIONARY = 64 << 10;

  private static final String DICTIONARY = "+dict";
  private static final int MIN_SAMPLES = 8;

  /** {@return all: same-filled, LZ4 fast and HC, zstd, with and without a dictionary} */
  public static List<Candidate> all() {
    List<Candidate> all = new ArrayList<>(List.of(new Candidate(SameFilledBlocks.NAME)));
    for (int acceleration : new int[] {1, 2, 4, 8, 16}) {
      all.add(new Candidate("lz4-" + acceleration));
    }
    for (int level : new int[] {3, 6, 9, 12}) {
      all.add(new Candidate("lz4hc-" + level));
      all.add(new Candidate("lz4hc-" + level + DICTIONARY));
    }
    for (int level = 1; level <= 19; level++) {
      all.add(new Candidate("zstd-" + level));
    }
    for (int level : new int[] {1, 3, 6, 9, 12, 15, 19}) {
      all.add(new Candidate("zstd-" + level + DICTIONARY));
    }
    return all;
  }

  /** {@return a few of each kind} */
  public static List<Candidate> few() {
    List<String> names =
        List.of(
            SameFilledBlocks.NAME,
            "lz4-1",
            "lz4-8",
            "lz4hc-9",
            "lz4hc-9+dict",
            "zstd-1",
            "zstd-3",
            "zstd-3+dict",
            "zstd-9");
    return names.stream().map(Candidate::new).toList();
  }

  /**
   * {@return the candidate of that name}
   *
   * @throws IllegalArgumentException if there is no such codec
   */
  public static Candidate parse(String name) {
    if (!name.equals(SameFilledBlocks.NAME)) {
      String base = name.replace(DICTIONARY, "");
      Codecs.parse(base);
      if (name.endsWith(DICTIONARY) && !base.startsWith("lz4hc") && !base.startsWith("zstd-")) {
        throw new IllegalArgumentException(
            "a dictionary is for lz4hc-LEVEL and zstd-LEVEL, not for " + base);
      }
    }
    return new Candidate(name);
  }

  boolean takesDictionary() {
    return name.endsWith(DICTIONARY);
  }

  /** A codec ready for blocks, with what it holds. */
  record Ready(PageCodec codec, int dictionaryBytes, AutoCloseable resources) {}

  /**
   * {@return the codec, or nothing where it does not apply: a dictionary for large blocks, or data
   * in which no dictionary can be found}
   *
   * @param training bytes like those to compress, but not the same
   */
  Optional<Ready> open(MemorySegment training, int blockBytes) {
    if (name.equals(SameFilledBlocks.NAME)) {
      return Optional.of(new Ready(new SameFilledBlocks(), 0, () -> {}));
    }
    if (!takesDictionary()) {
      return Optional.of(new Ready(Codecs.parse(name), 0, () -> {}));
    }
    if (blockBytes > LARGEST_WITH_DICTIONARY) {
      return Optional.empty();
    }
    return train(training, blockBytes).map(this::withDictionary);
  }

  private Ready withDictionary(byte[] dictionary) {
    String base = name.replace(DICTIONARY, "");
    int level = Integer.parseInt(base.substring(base.indexOf('-') + 1));
    if (base.startsWith("zstd")) {
      ZstdDictionaryCodec codec = new ZstdDictionaryCodec(name, level, dictionary);
      return new Ready(codec, dictionary.length, codec);
    }
    RegionDictionary shared = RegionDictionary.of(1, MemorySegment.ofArray(dictionary));
    Lz4HcDictionaryCodec codec = new Lz4HcDictionaryCodec(shared, level);
    codec.openEncoder();
    return new Ready(codec, shared.length(), shared);
  }

  private static Optional<byte[]> train(MemorySegment training, int blockBytes) {
    int count = (int) (training.byteSize() / blockBytes);
    if (count < MIN_SAMPLES) {
      return Optional.empty();
    }
    // A dictionary as large as a tenth of what it learnt from has learnt it by heart.
    int most = (int) Math.min(RegionDictionary.MAX_BYTES, training.byteSize() / 10);
    var trainer = new ZstdDictTrainer(count * blockBytes, most);
    for (int i = 0; i < count; i++) {
      byte[] sample =
          training.asSlice((long) i * blockBytes, blockBytes).toArray(ValueLayout.JAVA_BYTE);
      trainer.addSample(sample);
    }
    try {
      byte[] dictionary = trainer.trainSamples();
      return dictionary.length < RegionDictionary.MIN_BYTES
          ? Optional.empty()
          : Optional.of(dictionary);
    } catch (com.github.luben.zstd.ZstdException e) {
      return Optional.empty(); // too little in common
    }
  }
}
