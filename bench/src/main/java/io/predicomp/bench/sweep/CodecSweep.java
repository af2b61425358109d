package io.predicomp.bench.sweep;

import io.predicomp.bench.page.NamedPages;
import io.predicomp.bench.result.Machine;
import io.predicomp.bench.result.Results;
import io.predicomp.bench.result.Spread;
import io.predicomp.workloads.fill.PageFill;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Every codec on every dataset cut into blocks of every size. */
public final class CodecSweep {
  private static final int PAGE = 4096;

  private final Plan plan;
  private final BooleanSupplier interrupted;
  private final Consumer<String> progress;
  private final List<Map<String, Object>> rows = new ArrayList<>();

  /**
   * What is to be run.
   *
   * @param sizes bytes of a block
   * @param sampleBytes bytes of each dataset; one block at least
   * @param readbackFactor how often a block is read back for each time it is compressed
   */
  public record Plan(
      List<String> datasets,
      List<Integer> sizes,
      List<Candidate> codecs,
      long sampleBytes,
      int warmups,
      int runs,
      double readbackFactor,
      long seed) {}

  /**
   * @param interrupted asked between codecs whether to stop
   * @param progress told about each codec before it begins
   */
  public CodecSweep(Plan plan, BooleanSupplier interrupted, Consumer<String> progress) {
    this.plan = plan;
    this.interrupted = interrupted;
    this.progress = progress;
  }

  /**
   * {@return the results, fewer than planned if interrupted}
   *
   * @throws IllegalStateException if a block does not come back as it was
   */
  public Results run() {
    Map<String, Object> machine = Machine.describe();
    for (String dataset : plan.datasets) {
      PageFill fill = NamedPages.parse(dataset, plan.seed, PAGE);
      for (int size : plan.sizes) {
        sweep(fill, size);
      }
    }
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("datasets", plan.datasets);
    settings.put("sizes", plan.sizes);
    settings.put("codecs", plan.codecs.stream().map(Candidate::name).toList());
    settings.put("sample_bytes", plan.sampleBytes);
    settings.put("warmups", plan.warmups);
    settings.put("runs", plan.runs);
    settings.put("readback_factor", plan.readbackFactor);
    settings.put("seed", plan.seed);
    settings.put("interrupted", interrupted.getAsBoolean());
    return new Results("codec_sweep", machine, settings, rows, Map.of("pareto", pareto()));
  }

  private void sweep(PageFill fill, int size) {
    long bytes = Math.max(plan.sampleBytes / size, 1) * size;
    try (Arena arena = Arena.ofConfined()) {
      // Whole pages, of which the data may take less; the dictionary learns from those behind.
      long pages = Math.ceilDiv(bytes, (long) PAGE);
      MemorySegment data = fill(arena, fill, 0, pages).asSlice(0, bytes);
      MemorySegment training = fill(arena, fill, pages, pages).asSlice(0, bytes);
      MemorySegment compressed = arena.allocate(bytes);
      MemorySegment restored = arena.allocate(bytes);
      List<Map<String, Object>> group = new ArrayList<>();
      for (Candidate candidate : plan.codecs) {
        if (interrupted.getAsBoolean()) {
          break;
        }
        progress.accept("%s, %d KiB, %s".formatted(fill.name(), size >> 10, candidate.name()));
        Optional<Candidate.Ready> ready = candidate.open(training, size);
        if (ready.isPresent()) {
          BlockRun run = new BlockRun(ready.get().codec(), data, size, compressed, restored);
          group.add(measure(fill.name(), size, candidate, ready.get(), run));
          close(ready.get());
        }
      }
      ParetoFront.mark(group);
      rows.addAll(group);
    }
  }

  private static MemorySegment fill(Arena arena, PageFill fill, long first, long pages) {
    MemorySegment data = arena.allocate(pages * PAGE, PAGE);
    for (long page = 0; page < pages; page++) {
      fill.fill(first + page, data.asSlice(page * PAGE, PAGE));
    }
    return data;
  }

  private static void close(Candidate.Ready ready) {
    try {
      ready.resources().close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private Map<String, Object> measure(
      String dataset, int size, Candidate candidate, Candidate.Ready ready, BlockRun run) {
    double[][] costs = new double[4][plan.runs];
    for (int i = -plan.warmups; i < plan.runs; i++) {
      BlockRun.Cost compress = run.compress();
      BlockRun.Cost decompress = run.decompress();
      if (i >= 0) {
        costs[0][i] = compress.wallMs();
        costs[1][i] = compress.cpuMs();
        costs[2][i] = decompress.wallMs();
        costs[3][i] = decompress.cpuMs();
      }
    }
    if (!run.roundTrips()) {
      throw new IllegalStateException(candidate.name() + " gives back other bytes");
    }
    long input = (long) run.blocks() * size;
    double compressCpu = Spread.of(costs[1]).median();
    double decompressCpu = Spread.of(costs[3]).median();
    int restorable = run.blocks() - run.incompressible();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("dataset", dataset);
    row.put("size_bytes", size);
    row.put("codec", candidate.name());
    row.put("dictionary_bytes", ready.dictionaryBytes());
    row.put("runs", plan.runs);
    row.put("blocks", run.blocks());
    row.put("incompressible_blocks", run.incompressible());
    row.put("input_bytes", input);
    row.put("compressed_bytes", run.compressedBytes());
    row.put("ratio", (double) input / run.compressedBytes());
    row.put("savings_pct", FairScore.savingsPercent(input, run.compressedBytes()));
    row.put("compress_wall_ms", Spread.of(costs[0]).median());
    row.put("compress_cpu_ms", compressCpu);
    row.put("decompress_wall_ms", Spread.of(costs[2]).median());
    row.put("decompress_cpu_ms", decompressCpu);
    row.put("compress_us_per_block", compressCpu * 1e3 / run.blocks());
    row.put("decompress_us_per_block", restorable == 0 ? 0 : decompressCpu * 1e3 / restorable);
    row.put(
        "fair_score",
        FairScore.of(
            input, run.compressedBytes(), compressCpu, decompressCpu, plan.readbackFactor));
    row.put("round_trip", true);
    return row;
  }

  private List<Map<String, Object>> pareto() {
    List<Map<String, Object>> front = new ArrayList<>();
    for (Map<String, Object> row : rows) {
      if (Boolean.TRUE.equals(row.get("pareto"))) {
        Map<String, Object> point = new LinkedHashMap<>();
        for (String name :
            List.of("dataset", "size_bytes", "codec", "ratio", "decompress_us_per_block")) {
          point.put(name, row.get(name));
        }
        front.add(point);
      }
    }
    return front;
  }
}
