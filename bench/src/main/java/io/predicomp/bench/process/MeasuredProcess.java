package io.predicomp.bench.process;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.ArenaStats;
import io.predicomp.os.memory.ProcessFaults;
import io.predicomp.os.memory.SmapsRollup;
import io.predicomp.os.process.ThreadCpuClock;
import io.predicomp.workloads.fill.PageFill;
import io.predicomp.workloads.fill.PageFills;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The process that is measured: does the phases of one run and prints what it saw as one line of
 * JSON. A process of its own for each run, because a JVM that has run before is larger and faster.
 */
final class MeasuredProcess {
  private static final int HOT_ROUNDS = 3;
  private static final int WARM_UP_PAGES = 512;
  private static final int WARM_UP_ROUNDS = 60;
  private static final int WRONG_CONTENT = 3;

  private final RunSettings settings;
  private final PageMemory memory;
  private final PageFill fill;
  private final Map<String, Object> columns = new HashMap<>();

  private MeasuredProcess(RunSettings settings, PageMemory memory, PageFill fill) {
    this.settings = settings;
    this.memory = memory;
    this.fill = fill;
  }

  /**
   * Does one run.
   *
   * @param arguments the settings as JSON
   */
  public static void main(String[] arguments) throws IOException {
    ObjectMapper json = new ObjectMapper();
    RunSettings settings = json.readValue(arguments[0], RunSettings.class);
    try {
      PageFill fill = PageFills.parse(settings.dataset(), settings.seed(), settings.pageBytes());
      warmUp(settings);
      try (PageMemory memory = open(settings, settings.pages())) {
        MeasuredProcess process = new MeasuredProcess(settings, memory, fill);
        process.run();
        new PrintStream(System.out, true, StandardCharsets.UTF_8)
            .println(json.writeValueAsString(process.columns));
        process.verify();
      }
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  private static PageMemory open(RunSettings settings, int pages) {
    return PageMemory.open(
        settings.access(),
        pages,
        settings.pageBytes(),
        ArenaConfig.mebibytes(settings.arenaCapMb()),
        settings.minSavingsPct(),
        settings.codec());
  }

  /** Lets the JVM compile the paths that will be timed; the memory is given back. */
  private static void warmUp(RunSettings settings) {
    PageFill fill = PageFills.parse("mixed_50_50", settings.seed(), settings.pageBytes());
    try (PageMemory memory = open(settings, WARM_UP_PAGES)) {
      fill(memory, fill, WARM_UP_PAGES, settings.pageBytes());
      for (int round = 0; round < WARM_UP_ROUNDS; round++) {
        memory.compress();
        RunSettings few = scaled(settings);
        ReadBack reads = new ReadBack(memory, few, absent(memory, WARM_UP_PAGES));
        reads.inOrder(0.5);
        reads.atRandom(1);
      }
    }
  }

  private static RunSettings scaled(RunSettings s) {
    return new RunSettings(
        s.dataset(),
        s.run(),
        s.warmup(),
        s.access(),
        s.phaseModel(),
        Math.max(1, ((long) WARM_UP_PAGES * s.pageBytes()) >> 20),
        s.arenaCapMb(),
        s.minSavingsPct(),
        s.hotFraction(),
        s.partialRereadFraction(),
        s.randomRereadFraction(),
        s.reuseDistancePages(),
        s.idleMs(),
        s.latencySampleStep(),
        s.seed(),
        s.pageBytes(),
        s.codec());
  }

  private void run() throws IOException {
    fill(memory, fill, settings.pages(), settings.pageBytes());
    if (settings.model().rests()) {
      use();
    }
    ProcessFaults faults = ProcessFaults.now();
    measure("pre");

    Stopwatch compress = Stopwatch.start();
    memory.compress();
    compress.putInto(columns, "compress");
    measure("post_comp");
    putCompressed(memory.stats());
    BitSet absent = absent(memory, settings.pages());

    if (settings.model().rests()) {
      rest();
    }
    measure("post_idle");

    ReadBack reads = new ReadBack(memory, settings, absent);
    Stopwatch decompress = Stopwatch.start();
    reads.inOrder(settings.model().isPartial() ? settings.partialRereadFraction() : 1);
    decompress.pause();
    measure("post_partial");
    decompress.resume();
    if (settings.model().isPartial()) {
      reads.atRandom(settings.randomRereadFraction());
    }
    decompress.putInto(columns, "decompress");
    measure("post_random");
    measure("post_final");

    ProcessFaults since = ProcessFaults.now().since(faults);
    columns.put("minflt_delta", since.minor());
    columns.put("majflt_delta", since.major());
    columns.put("vmhwm_post_final_kb", peakKibibytes());
    columns.put("pid", ProcessHandle.current().pid());
    reads.putInto(columns);
    memory.stats().ifPresent(stats -> stats.counters().forEach(columns::putIfAbsent));
  }

  private void use() {
    int hot = (int) Math.round(settings.pages() * settings.hotFraction());
    long sum = 0;
    for (int round = 0; round < HOT_ROUNDS; round++) {
      for (int page = 0; page < hot; page++) {
        sum += memory.read(page);
      }
    }
    columns.put("hot_sum", sum); // so that the reads are not left out
  }

  private void rest() {
    try {
      Thread.sleep(settings.idleMs());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void measure(String when) {
    SmapsRollup now = SmapsRollup.read();
    columns.put("pss_" + when + "_kb", now.pssBytes() >> 10);
    columns.put("rss_" + when + "_kb", now.rssBytes() >> 10);
    columns.put("anon_" + when + "_kb", now.anonymousBytes() >> 10);
    columns.put("file_" + when + "_kb", now.fileBytes() >> 10);
  }

  private void putCompressed(Optional<ArenaStats> stats) {
    Map<String, Number> counters = stats.map(ArenaStats::counters).orElse(Map.of());
    copy(counters, "compressed_bytes_live", "compressed_bytes_post_comp");
    copy(counters, "slot_bytes_live", "slot_bytes_post_comp");
    copy(counters, "slot_bytes_live", "pool_used_bytes_post_comp");
    copy(counters, "pool_bytes_free", "pool_free_bytes_post_comp");
    copy(counters, "pool_bytes_fragmented", "pool_frag_bytes_post_comp");
    copy(counters, "pool_largest_free_extent", "pool_largest_free_post_compress");
    copy(counters, "pool_compactions", "pool_compactions_post_compress");
    copy(counters, "logical_input_bytes", "logical_input_bytes_post_comp");
    copy(counters, "total_input_bytes_attempted", "total_input_bytes_attempted");
    copy(counters, "total_chunks_attempted", "total_chunks_attempted");
    copy(counters, "chunks_admitted", "chunks_admitted");
    copy(counters, "pool_bytes_live", "pool_held_bytes_post_comp");
    copy(counters, "page_table_bytes", "page_table_bytes_post_comp");
  }

  private void copy(Map<String, Number> counters, String from, String to) {
    columns.put(to, counters.getOrDefault(from, 0));
  }

  private static void fill(PageMemory memory, PageFill fill, int pages, int pageBytes) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment content = scratch.allocate(pageBytes, Long.BYTES);
      for (int page = 0; page < pages; page++) {
        fill.fill(page, content);
        memory.write(page, content);
      }
    }
  }

  private static BitSet absent(PageMemory memory, int pages) {
    BitSet absent = new BitSet(pages);
    for (int page = 0; page < pages; page++) {
      absent.set(page, !memory.isResident(page));
    }
    return absent;
  }

  /** Every byte must have survived. */
  private void verify() {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment content = scratch.allocate(settings.pageBytes(), Long.BYTES);
      for (int page = 0; page < settings.pages(); page++) {
        fill.fill(page, content);
        if (!memory.equals(page, content)) {
          System.err.println("page " + page + " is not what was written to it");
          System.exit(WRONG_CONTENT);
        }
      }
    }
  }

  private static long peakKibibytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("/proc/self/status has no VmHWM");
  }

  /** Wall clock, CPU time of this thread and of the process. */
  private static final class Stopwatch {
    private long wall;
    private long thread;
    private long process;

    static Stopwatch start() {
      Stopwatch watch = new Stopwatch();
      watch.resume();
      return watch;
    }

    /** Until the next pause the fields hold now less what was counted before. */
    void resume() {
      wall = System.nanoTime() - wall;
      thread = ThreadCpuClock.currentThreadNanos() - thread;
      process = ThreadCpuClock.processNanos() - process;
    }

    void pause() {
      resume(); // the same subtraction leaves what was counted
    }

    void putInto(Map<String, Object> columns, String name) {
      pause();
      columns.put(name + "_wall_ms", wall / 1e6);
      columns.put(name + "_thread_cpu_ms", thread / 1e6);
      columns.put(name + "_process_cpu_ms", process / 1e6);
    }
  }
}
