package io.predicomp.bench.rival;

import java.util.ArrayList;
import java.util.List;

/**
 * One workload, and how it is run. The steady state is the last part of a run, as long on plain
 * memory as on the arena, and holds as many bursts or passes of both.
 *
 * @param workload its command
 * @param unit what it counts in {@code steady_ops}
 * @param options of every run
 * @param arenaOptions of those on the arena besides
 * @param plainSeconds duration of a run on plain memory, which has nothing to learn
 * @param arenaSeconds duration of one on the arena
 * @param steadySeconds the part at the end of a run that is told of
 */
public record WorkloadCase(
    String workload,
    String unit,
    List<String> options,
    List<String> arenaOptions,
    int plainSeconds,
    int arenaSeconds,
    int steadySeconds) {

  /** {@return runs of seconds: a look, in which the loops have no time to learn} */
  public static List<WorkloadCase> quick() {
    String loops = "--arena-autoloops --arena-cap-mb 64 --arena-cpu-pct 50 --arena-t-cold-ms 200";
    return List.of(
        of(
            "interactive_burst --region-mb 64 --active-ms 100 --idle-ms 1400 --fill ratio=2",
            "touches",
            loops,
            5,
            5,
            3),
        of("anon_streamer --region-mb 64 --idle-ms 1500 --fill ratio=2", "touches", loops, 5, 5, 3),
        of(
            "random_touch_heap --pattern zipf:0.99 --region-mb 64 --ops-per-sec 20000 --fill"
                + " ratio=2",
            "touches",
            loops,
            3,
            3,
            2),
        of("mmap_churn --fill ratio=2", "mappings", "--arena-region-mb 32", 2, 2, 1));
  }

  /** {@return runs that are long enough for the loops to learn, as in {@code bench/loops}} */
  public static List<WorkloadCase> full() {
    String patient =
        "--arena-autoloops --arena-cap-mb 256 --arena-cpu-pct 10 --arena-t-cold-ms 500";
    return List.of(
        of(
            "interactive_burst --region-mb 256 --active-ms 100 --idle-ms 10000 --fill ratio=2",
            "touches",
            patient,
            55,
            95,
            40),
        of(
            "anon_streamer --region-mb 256 --idle-ms 10000 --fill ratio=2",
            "touches",
            patient,
            55,
            95,
            40),
        of(
            "random_touch_heap --pattern zipf:0.99 --region-mb 1024 --ops-per-sec 20000 --fill"
                + " ratio=2",
            "touches",
            "--arena-autoloops --arena-cap-mb 1024",
            40,
            100,
            30),
        of("mmap_churn --fill ratio=2", "mappings", "--arena-region-mb 128", 10, 10, 8));
  }

  private static WorkloadCase of(
      String command, String unit, String arena, int plain, int onArena, int steady) {
    List<String> words = List.of(command.split(" ", -1));
    return new WorkloadCase(
        words.getFirst(),
        unit,
        words.subList(1, words.size()),
        arena.isEmpty() ? List.of() : List.of(arena.split(" ", -1)),
        plain,
        onArena,
        steady);
  }

  /** {@return the same with runs of so many seconds, the second half of them steady} */
  public WorkloadCase lasting(int seconds) {
    int steady = (seconds + 1) / 2;
    return new WorkloadCase(workload, unit, options, arenaOptions, seconds, seconds, steady);
  }

  /**
   * {@return the words after {@code ./predicomp} of a run}
   *
   * @param memory {@code plain}, {@code checked} or {@code transparent}
   */
  List<String> arguments(String memory, long seed) {
    boolean plain = memory.equals("plain");
    int seconds = plain ? plainSeconds : arenaSeconds;
    List<String> words = new ArrayList<>(List.of(workload));
    words.addAll(options);
    words.addAll(List.of("--seed", Long.toString(seed)));
    words.addAll(List.of("--duration-sec", Integer.toString(seconds)));
    words.addAll(List.of("--steady-after-sec", Integer.toString(seconds - steadySeconds)));
    if (!plain) {
      words.addAll(List.of("--use-mem-arena", "--arena-access", memory));
      words.addAll(arenaOptions);
    }
    words.add("--json");
    return words;
  }
}
