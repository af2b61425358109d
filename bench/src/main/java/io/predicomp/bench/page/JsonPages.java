package io.predicomp.bench.page;

import io.predicomp.os.address.AddressSpace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * Generated records of the kind services keep: LZ4 halves them. Page {@code i} is template {@code i
 * mod} {@value #TEMPLATES} with its own number in front, so that no two pages are equal.
 */
final class JsonPages {
  static final int PAGE = 4096;
  private static final int TEMPLATES = 1024;
  private static final long SEED = 12345;

  private final MemorySegment templates;

  JsonPages() {
    this(TEMPLATES);
  }

  /** With so many templates. */
  JsonPages(int count) {
    templates = Arena.global().allocate((long) count * PAGE, PAGE);
    SplittableRandom random = new SplittableRandom(SEED);
    String[] cities = {"Lisbon", "Osaka", "Winnipeg", "Nairobi", "Leipzig", "Montevideo"};
    StringBuilder json = new StringBuilder();
    while (json.length() < count * PAGE) {
      json.append("{\"id\":").append(random.nextInt(10_000_000));
      json.append(",\"name\":\"customer-").append(Integer.toHexString(random.nextInt()));
      json.append("\",\"city\":\"").append(cities[random.nextInt(cities.length)]);
      json.append("\",\"token\":\"").append(Long.toHexString(random.nextLong()));
      json.append("\",\"balance\":").append(random.nextInt(1_000_000) / 100.0);
      json.append(",\"active\":").append(random.nextBoolean()).append("}\n");
    }
    byte[] bytes = json.toString().getBytes(StandardCharsets.US_ASCII);
    MemorySegment.copy(bytes, 0, templates, ValueLayout.JAVA_BYTE, 0, count * PAGE);
  }

  /** The first word of a page. */
  static long firstWord(int page) {
    return 0x7b00_0000_0000_0000L | page;
  }

  /** All templates, one behind the other. */
  MemorySegment all() {
    return templates;
  }

  /** Template of a page; its first word is still to be replaced by {@link #firstWord}. */
  MemorySegment template(int page) {
    return templates.asSlice((long) (page % TEMPLATES) * PAGE, PAGE);
  }

  void write(int page, long address) {
    MemorySegment all = AddressSpace.ALL;
    MemorySegment.copy(template(page), 0, all, address, PAGE);
    all.set(ValueLayout.JAVA_LONG_UNALIGNED, address, firstWord(page));
  }
}
