package io.predicomp.controller.core;

import java.util.List;
import java.util.Map;

/**
 * What an acknowledgement says of the arena, by the names of its counters.
 *
 * @param values at least 0; those that are not there count as 0
 */
public record ArenaFigures(Map<String, Long> values) {
  /** The counters that are kept, in the order of the CSV. */
  public static final List<String> NAMES =
      List.of(
          "total_input_bytes_attempted",
          "logical_input_bytes",
          "pool_bytes_live",
          "pool_compactions",
          "compress_ops",
          "decompress_ops",
          "incompressible_chunks");

  /** Before any acknowledgement. */
  public static final ArenaFigures NONE = new ArenaFigures(Map.of());

  /** Copies the values. */
  public ArenaFigures {
    values = Map.copyOf(values);
  }

  /** {@return the counter of that name} */
  public long get(String name) {
    return values.getOrDefault(name, 0L);
  }
}
