package io.predicomp.bench.rival;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.TransparentArena;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.bench.page.NamedPages;
import io.predicomp.bench.result.Machine;
import io.predicomp.bench.result.Results;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Identical pages in the hands of all rivals, which demote and read them in turn. */
public final class Comparison {
  /** Pages that one rival reads before it is the next one's turn. */
  private static final int BLOCK = 512;

  private final Plan plan;
  private final BooleanSupplier interrupted;
  private final Consumer<String> progress;
  private final List<Map<String, Object>> rows = new ArrayList<>();
  private final List<Map<String, Object>> curves = new ArrayList<>();
  private final Map<String, String> absent = new TreeMap<>();

  /**
   * What is to be run.
   *
   * @param rounds demotions that count, after one that does not
   * @param codec {@code lz4} or {@code zstd}, of the arena and of zram
   * @param workloads to be run after, on plain memory and in both modes of the arena
   * @param workloadRounds how often each
   */
  public record Plan(
      List<String> datasets,
      List<String> contenders,
      long regionMb,
      int rounds,
      String codec,
      long seed,
      List<WorkloadCase> workloads,
      int workloadRounds) {}

  /** {@return the names that {@link Plan#contenders} takes} */
  public static List<String> names() {
    return List.of("plain", "checked", "transparent", "dense", "coldest", "zram", "bare", "h2");
  }

  /**
   * @param interrupted asked between blocks whether to stop
   * @param progress told what is under way
   */
  public Comparison(Plan plan, BooleanSupplier interrupted, Consumer<String> progress) {
    this.plan = plan;
    this.interrupted = interrupted;
    this.progress = progress;
  }

  /**
   * {@return the results, fewer than planned if interrupted}
   *
   * @throws IOException if a rival fails after it began
   */
  public Results run() throws IOException {
    Map<String, Object> machine = Machine.describe();
    for (String dataset : plan.datasets) {
      if (!interrupted.getAsBoolean()) {
        compare(dataset);
      }
    }
    List<Map<String, Object>> workloads = plan.workloads.isEmpty() ? List.of() : runWorkloads();
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("datasets", plan.datasets);
    settings.put("contenders", plan.contenders);
    settings.put("region_mb", plan.regionMb);
    settings.put("rounds", plan.rounds);
    settings.put("codec", plan.codec);
    settings.put("seed", plan.seed);
    settings.put("workload_rounds", plan.workloadRounds);
    settings.put("interrupted", interrupted.getAsBoolean());
    Map<String, Object> more = new LinkedHashMap<>();
    more.put("absent", absent);
    more.put("workloads", workloads);
    more.put("curves", curves);
    return new Results("compare", machine, settings, rows, more);
  }

  private List<Map<String, Object>> runWorkloads() throws IOException {
    List<String> memories = new ArrayList<>(List.of("plain", "checked", "transparent"));
    TransparentArena.obstacle(ArenaConfig.builder().build())
        .ifPresent(
            obstacle -> {
              memories.remove("transparent");
              absent.put("workloads on transparent memory", obstacle);
            });
    return new WorkloadRuns(
            plan.workloads, memories, plan.workloadRounds, plan.seed, interrupted, progress)
        .run();
  }

  private void compare(String dataset) throws IOException {
    int count = Math.toIntExact((plan.regionMb << 20) / Pages.BYTES);
    List<Measured> rivals = new ArrayList<>();
    try (Pages pages = new Pages(NamedPages.parse(dataset, plan.seed, Pages.BYTES), count)) {
      try {
        for (String name : plan.contenders) {
          progress.accept(dataset + ": filling " + name);
          add(rivals, name, pages);
        }
        for (int round = -1; round < plan.rounds && !interrupted.getAsBoolean(); round++) {
          round(dataset, rivals, count, round);
        }
        for (Measured each : rivals) {
          rows.add(each.row(dataset));
          curves.add(each.curve(dataset));
        }
      } finally {
        for (Measured each : rivals) {
          each.rival().close();
        }
      }
    }
  }

  private void add(List<Measured> rivals, String name, Pages pages) throws IOException {
    try {
      rivals.add(new Measured(open(name, pages), pages));
    } catch (Unavailable e) {
      absent.put(name, e.getMessage());
    }
  }

  private Rival open(String name, Pages pages) throws Unavailable, IOException {
    return switch (name) {
      case "plain" -> new PlainRival(pages);
      case "checked" -> new ArenaRival.Checked(pages, plan.codec, PageTier.BASE);
      case "dense" -> new ArenaRival.Checked(pages, plan.codec, PageTier.DENSE);
      case "coldest" -> new ArenaRival.Checked(pages, plan.codec, PageTier.COLDEST);
      case "transparent" -> ArenaRival.Transparent.open(pages, plan.codec);
      case "zram" -> ZramRival.open(pages, plan.codec);
      case "bare" -> BareRival.open(pages);
      case "h2" -> new H2Rival(pages);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private void round(String dataset, List<Measured> rivals, int count, int round)
      throws IOException {
    boolean counts = round >= 0;
    String where = dataset + ", " + (counts ? "round " + (round + 1) : "warm-up") + ": ";
    for (Measured each : rivals) {
      progress.accept(where + "demoting, " + each.rival().name());
      each.demote(counts);
    }
    progress.accept(where + "reading");
    int[] order = shuffled(count, new SplittableRandom(plan.seed + round));
    long[] nanos = new long[BLOCK];
    int blocks = count / BLOCK;
    for (int block = 0; block < blocks && !interrupted.getAsBoolean(); block++) {
      for (int i = 0; i < rivals.size(); i++) {
        // A B C, C B A, ...
        Measured next = rivals.get(block % 2 == 0 ? i : rivals.size() - 1 - i);
        next.read(order, block * BLOCK, nanos, counts);
      }
    }
  }

  private static int[] shuffled(int count, SplittableRandom random) {
    int[] order = IntStream.range(0, count).toArray();
    for (int i = count - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int page = order[i];
      order[i] = order[other];
      order[other] = page;
    }
    return order;
  }
}
