package io.predicomp.workloads.fill;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Records of orders as a service would keep them in memory: one JSON object a line, with random
 * identifiers, numbers and names among keys that repeat. Each page begins with a new record and
 * ends within one.
 */
record JsonFill(long seed) implements PageFill {
  private static final String[] FIRST = {
    "Amelia", "Benedikt", "Chiara", "Dmitri", "Esra", "Farid", "Greta", "Hiroshi", "Ines", "Jonas",
    "Katarzyna", "Liam", "Mbali", "Noor", "Oksana", "Paulo", "Quentin", "Rosa", "Sven", "Thandiwe"
  };
  private static final String[] LAST = {
    "Abebe", "Brandt", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Hansen", "Ito", "Jansen",
    "Kowalski", "Lindqvist", "Moreau", "Novak", "Okafor", "Petrov", "Rossi", "Silva", "Tanaka",
        "Weber"
  };
  private static final String[] CITIES = {
    "Lisbon", "Osaka", "Winnipeg", "Nairobi", "Leipzig", "Montevideo", "Tampere", "Porto", "Ghent"
  };
  private static final String[] PRODUCTS = {
    "Mechanical keyboard",
    "Espresso cups, set of 4",
    "Trail running shoes",
    "USB-C cable 2 m",
    "Desk lamp",
    "Wool blanket",
    "Cast iron pan",
    "Noise cancelling headphones",
    "Water bottle",
    "Notebook A5",
    "Bicycle light",
    "Chef's knife",
    "Yoga mat",
    "Board game",
    "Garden shears"
  };
  private static final String[] STATES = {"paid", "shipped", "delivered", "returned", "open"};

  /** Longer than any record. */
  private static final int ROOM = 2048;

  @Override
  public String name() {
    return "json";
  }

  @Override
  public void fill(long page, MemorySegment out) {
    int pageBytes = (int) out.byteSize();
    StringBuilder json = new StringBuilder(pageBytes + ROOM);
    Numbers numbers = new Numbers(Mix.at(seed, page));
    while (json.length() < pageBytes) {
      record(json, numbers);
    }
    byte[] bytes = json.toString().getBytes(StandardCharsets.ISO_8859_1);
    MemorySegment.copy(bytes, 0, out, ValueLayout.JAVA_BYTE, 0, pageBytes);
  }

  private static void record(StringBuilder json, Numbers n) {
    String first = n.of(FIRST);
    String last = n.of(LAST);
    json.append("{\"id\":\"").append(Long.toHexString(n.next())).append(Long.toHexString(n.next()));
    json.append("\",\"createdAt\":\"2026-").append(n.two(1, 12)).append('-').append(n.two(1, 28));
    json.append('T').append(n.two(0, 23)).append(':').append(n.two(0, 59)).append(':');
    json.append(n.two(0, 59)).append("Z\",\"customer\":{\"number\":").append(n.below(900_000));
    json.append(",\"name\":\"").append(first).append(' ').append(last);
    json.append("\",\"email\":\"").append(first.charAt(0)).append('.').append(last);
    json.append(n.below(100)).append("@example.com\",\"city\":\"").append(n.of(CITIES));
    json.append("\",\"newsletter\":").append(n.below(2) == 0).append("},\"items\":[");
    long cents = 0;
    for (int item = 0, items = 1 + n.below(4); item < items; item++) {
      int price = 199 + n.below(20_000);
      int quantity = 1 + n.below(3);
      cents += (long) price * quantity;
      json.append(item == 0 ? "" : ",").append("{\"sku\":\"").append(10_000 + n.below(90_000));
      json.append("\",\"title\":\"").append(n.of(PRODUCTS)).append("\",\"quantity\":");
      json.append(quantity).append(",\"unitPrice\":").append(price / 100.0).append('}');
    }
    json.append("],\"currency\":\"EUR\",\"total\":").append(cents / 100.0);
    json.append(",\"state\":\"").append(n.of(STATES)).append("\"}\n");
  }

  /** One sequence of random numbers. */
  private static final class Numbers {
    private final long key;
    private long index;

    Numbers(long key) {
      this.key = key;
    }

    long next() {
      return Mix.at(key, index++);
    }

    int below(int bound) {
      return (int) (((next() >>> 33) * bound) >>> 31);
    }

    String of(String[] all) {
      return all[below(all.length)];
    }

    /** A number of two digits. */
    String two(int low, int high) {
      int number = low + below(high - low + 1);
      return (number < 10 ? "0" : "") + number;
    }
  }
}
