package io.predicomp.bench.codec;

import io.predicomp.arena.codec.SameFilled;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;

/** Pages to compress: few enough for the processor's cache, enough not to be learnt by heart. */
final class SamplePages {
  static final int PAGE = 4096;
  static final int COUNT = 128;

  private static final long SEED = 12345;

  private SamplePages() {}

  /**
   * {@return {@link #COUNT} pages, one behind the other}
   *
   * @param kind {@code json}: generated records; {@code mixed}: the same with every other 64 bytes
   *     random; {@code modules}: spread evenly over the JDK's {@code lib/modules}, same-filled
   *     pages left out
   */
  static MemorySegment load(Arena arena, String kind) {
    MemorySegment pages = arena.allocate((long) COUNT * PAGE, PAGE);
    switch (kind) {
      case "json" -> fillWithJson(pages);
      case "mixed" -> {
        fillWithJson(pages);
        addNoise(pages);
      }
      case "modules" ->
          fillFromFile(pages, Path.of(System.getProperty("java.home"), "lib/modules"));
      default -> throw new IllegalArgumentException("no such kind of pages: " + kind);
    }
    return pages;
  }

  private static void fillWithJson(MemorySegment pages) {
    Random random = new Random(SEED);
    String[] cities = {"Lisbon", "Osaka", "Tromsø", "Valparaíso", "Winnipeg", "Nairobi", "Leipzig"};
    StringBuilder json = new StringBuilder();
    while (json.length() < pages.byteSize()) {
      json.append("{\"id\":").append(random.nextInt(10_000_000));
      json.append(",\"name\":\"customer-").append(Integer.toHexString(random.nextInt()));
      json.append("\",\"city\":\"").append(cities[random.nextInt(cities.length)]);
      json.append("\",\"balance\":").append(random.nextInt(1_000_000) / 100.0);
      json.append(",\"active\":").append(random.nextBoolean());
      json.append(",\"scores\":[").append(random.nextInt(100)).append(',');
      json.append(random.nextInt(100)).append(',').append(random.nextInt(100)).append("]}\n");
    }
    byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(bytes, 0, pages, ValueLayout.JAVA_BYTE, 0, (int) pages.byteSize());
  }

  private static void addNoise(MemorySegment pages) {
    Random random = new Random(SEED);
    byte[] noise = new byte[64];
    for (long at = 0; at < pages.byteSize(); at += 128) {
      random.nextBytes(noise);
      MemorySegment.copy(noise, 0, pages, ValueLayout.JAVA_BYTE, at, noise.length);
    }
  }

  private static void fillFromFile(MemorySegment pages, Path path) {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      long stride = file.length() / PAGE / COUNT * PAGE;
      byte[] page = new byte[PAGE];
      for (int i = 0; i < COUNT; i++) {
        file.seek(i * stride);
        do {
          file.readFully(page);
          MemorySegment.copy(page, 0, pages, ValueLayout.JAVA_BYTE, (long) i * PAGE, PAGE);
        } while (SameFilled.isSameFilled(pages, (long) i * PAGE, PAGE));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
