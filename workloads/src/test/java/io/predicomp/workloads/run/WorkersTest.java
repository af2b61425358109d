package io.predicomp.workloads.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.ArenaStats;
import io.predicomp.workloads.fill.PageFills;
import io.predicomp.workloads.load.AnonStreamer;
import io.predicomp.workloads.memory.PlainMemory;
import io.predicomp.workloads.memory.TouchMemory;
import io.predicomp.workloads.memory.TouchTarget;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** Each worker is a thread on pages of its own, and what they do follows from the seed. */
class WorkersTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 250;
  private static final int WORKERS = 3;
  private static final long BYTES = (long) PAGES * PAGE;
  private static final int TOUCHES = 5_000;

  /** Plain memory that remembers which thread touched which page. */
  private static final class Watched implements TouchMemory {
    private final PlainMemory plain = new PlainMemory(BYTES);
    final Map<String, BitSet> touched = new ConcurrentHashMap<>();

    @Override
    public TouchTarget target() {
      TouchTarget target = plain.target();
      BitSet mine = new BitSet(PAGES);
      touched.put(Thread.currentThread().getName(), mine);
      return new TouchTarget() {
        @Override
        public long read(long offset) {
          mine.set((int) (offset / PAGE));
          return target.read(offset);
        }

        @Override
        public void increment(long offset) {
          mine.set((int) (offset / PAGE));
          target.increment(offset);
        }

        @Override
        public void writePage(long offset, MemorySegment page) {
          target.writePage(offset, page);
        }

        @Override
        public void readPage(long offset, MemorySegment page) {
          target.readPage(offset, page);
        }
      };
    }

    @Override
    public void compress(BooleanSupplier goOn) {}

    @Override
    public Optional<ArenaStats> stats() {
      return Optional.empty();
    }

    @Override
    public void close() {
      plain.close();
    }
  }

  /** So many touches of random pages by each worker, whatever the time. */
  private static Workload counted(long nanos) {
    AnonStreamer streamer = new AnonStreamer(BYTES, nanos);
    return new Workload() {
      @Override
      public String name() {
        return "counted";
      }

      @Override
      public long regionBytes() {
        return BYTES;
      }

      @Override
      public DemotionSchedule demotion(int workers, DemotionPass demote, Deadline deadline) {
        return streamer.demotion(workers, demote, deadline);
      }

      @Override
      public void work(Worker worker) {
        Toucher toucher = worker.toucher().orElseThrow();
        for (int i = 0; i < TOUCHES; i++) {
          toucher.touch(toucher.randomPage());
        }
        worker.setOperations(toucher.touches());
      }
    };
  }

  private static RunResult run(Workload workload, TouchMemory memory, long seed, long nanos) {
    return new Session(
            workload,
            new Session.Settings(WORKERS, seed, 50, 1, PAGE, true, 0, false),
            PageFills.parse("mixed_50_50", seed, PAGE),
            Optional.of(memory),
            DemotionRequests.NONE,
            new Deadline(Clock.SYSTEM, nanos),
            new Progress(System.err, false),
            new MemorySamples(BYTES, null, null))
        .run();
  }

  @Test
  void everyPageIsTouchedByOneWorkerOnly() {
    try (Watched memory = new Watched()) {
      // One pass at least, however long it takes: the region is small.
      RunResult result = run(new AnonStreamer(BYTES, 1), memory, 1, 2_000_000_000);
      assertTrue(result.idleWindows() > 0, result.toString());
      assertEquals("ok", result.verification().status());
      BitSet all = new BitSet();
      for (int worker = 0; worker < WORKERS; worker++) {
        BitSet mine = memory.touched.get("worker-" + worker);
        assertEquals((double) PAGES / WORKERS, mine.cardinality(), 1, "a fair share");
        assertEquals(mine.cardinality(), mine.length() - mine.nextSetBit(0), "all of one piece");
        assertTrue(!all.intersects(mine), "of nobody else's");
        all.or(mine);
      }
      assertEquals(PAGES, all.cardinality());
      assertTrue(!memory.touched.containsKey("worker-" + WORKERS));
    }
  }

  @Test
  void sameSeedSameContentsAndSameTouches() {
    long one = checksum(5);
    assertEquals(one, checksum(5));
    assertNotEquals(one, checksum(6));
  }

  /** Of all pages as they are filled and then touched. */
  private static long checksum(long seed) {
    try (Watched memory = new Watched()) {
      RunResult result = run(counted(1), memory, seed, Long.MAX_VALUE / 2);
      assertEquals((long) WORKERS * TOUCHES, result.operations());
      MemorySegment page = MemorySegment.ofArray(new byte[PAGE]);
      CRC32 sum = new CRC32();
      for (int i = 0; i < PAGES; i++) {
        memory.target().readPage((long) i * PAGE, page);
        sum.update(page.asByteBuffer());
      }
      return sum.getValue();
    }
  }
}
