package io.predicomp.bench.page;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A dump of this process's own heap (hprof), filled with customers and their tags before. */
final class HeapDumpPages {
  private static final int CUSTOMERS = 150_000;

  private record Customer(
      int id,
      String name,
      String city,
      double balance,
      boolean active,
      Map<String, Integer> tags) {}

  private HeapDumpPages() {}

  /** The dump, for as long as the process lives. */
  static MemorySegment dump() {
    List<Customer> customers = customers();
    try {
      Path directory = Files.createTempDirectory("predicomp-dump-");
      Path file = directory.resolve("heap.hprof");
      try {
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .dumpHeap(file.toString(), true);
        if (customers.size() != CUSTOMERS) {
          throw new IllegalStateException("customers are gone");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
          return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.global());
        }
      } finally {
        Files.deleteIfExists(file); // the mapping keeps it
        Files.delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot dump the heap", e);
    }
  }

  private static List<Customer> customers() {
    SplittableRandom random = new SplittableRandom(12345);
    String[] cities = {"Lisbon", "Osaka", "Winnipeg", "Nairobi", "Leipzig", "Montevideo"};
    List<Customer> customers = new ArrayList<>();
    for (int i = 0; i < CUSTOMERS; i++) {
      Map<String, Integer> tags = new HashMap<>();
      for (int tag = 0; tag < 3; tag++) {
        tags.put("tag" + random.nextInt(500), tag);
      }
      customers.add(
          new Customer(
              i,
              "customer-" + Integer.toHexString(random.nextInt()),
              cities[random.nextInt(cities.length)],
              random.nextInt(100_000) / 100.0,
              random.nextBoolean(),
              tags));
    }
    return customers;
  }
}
