package io.predicomp.os.bpf;

import static io.predicomp.os.bpf.BpfAssembler.Condition.NOT_EQUAL;
import static io.predicomp.os.bpf.BpfAssembler.Size.DOUBLE;
import static io.predicomp.os.bpf.BpfAssembler.Size.WORD;
import static io.predicomp.os.bpf.BpfRegister.R0;
import static io.predicomp.os.bpf.BpfRegister.R1;
import static io.predicomp.os.bpf.BpfRegister.R10;
import static io.predicomp.os.bpf.BpfRegister.R2;
import static io.predicomp.os.bpf.BpfRegister.R3;
import static io.predicomp.os.bpf.BpfRegister.R4;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.os.process.FaultCounts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Page faults of every process, counted in the kernel where they happen: those of the process's own
 * instructions, and those of the kernel on its behalf. For one thread.
 */
public final class BpfFaultCounts implements FaultCounts {
  private static final int KEY_BYTES = Integer.BYTES;
  private static final int VALUE_BYTES = 2 * Long.BYTES;
  private static final int MOST_PROCESSES = 16_384;
  private static final int BPF_NOEXIST = 1; // linux/bpf.h
  private static final int KEY = -Long.BYTES;
  private static final int VALUE = KEY - VALUE_BYTES;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment key = arena.allocate(KEY_BYTES, Integer.BYTES);
  private final MemorySegment value = arena.allocate(VALUE_BYTES, Long.BYTES);
  private final Map<Integer, long[]> before = new HashMap<>();
  private final Attached attached = new Attached();
  private final BpfMap counts;
  private final MemorySegment lost;

  private BpfFaultCounts() throws IOException {
    boolean complete = false;
    try (Tracefs tracefs = Tracefs.open()) {
      counts = attached.add(BpfMap.hash(KEY_BYTES, VALUE_BYTES, MOST_PROCESSES));
      BpfMap lostMap = attached.add(BpfMap.memory(Long.BYTES));
      lost = attached.add(lostMap.map(Long.BYTES)).segment();
      attached.attach(
          "predicomp_fault", code(lostMap, 0), tracefs.tracepoint("exceptions/page_fault_user"));
      attached.attach(
          "predicomp_kfault",
          code(lostMap, Long.BYTES),
          tracefs.tracepoint("exceptions/page_fault_kernel"));
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  /**
   * {@return counts from now on}
   *
   * @throws io.predicomp.os.ErrnoException if the kernel refuses, such as EPERM without privilege
   * @throws IOException if it does not have these tracepoints
   */
  public static BpfFaultCounts open() throws IOException {
    return new BpfFaultCounts();
  }

  /** Counts up the value at that offset in the entry of the process, which is made if need be. */
  private long[] code(BpfMap lostMap, int offset) {
    BpfAssembler code =
        new BpfAssembler()
            .call(BpfHelper.GET_CURRENT_PID_TGID)
            .shiftRight(R0, 32)
            .store(WORD, R10, KEY, R0);
    lookup(code)
        .store(DOUBLE, R10, VALUE, 0)
        .store(DOUBLE, R10, VALUE + Long.BYTES, 0)
        .loadMap(R1, counts)
        .move(R2, R10)
        .add(R2, KEY)
        .move(R3, R10)
        .add(R3, VALUE)
        .move(R4, BPF_NOEXIST) // another thread of it may be as far as this
        .call(BpfHelper.MAP_UPDATE_ELEM);
    return lookup(code)
        .loadMapValue(R1, lostMap, 0)
        .move(R2, 1)
        .atomicAdd(R1, 0, R2)
        .jump("done")
        .label("found")
        .move(R1, 1)
        .atomicAdd(R0, offset, R1)
        .label("done")
        .move(R0, 0)
        .exit()
        .instructions();
  }

  private BpfAssembler lookup(BpfAssembler code) {
    return code.loadMap(R1, counts)
        .move(R2, R10)
        .add(R2, KEY)
        .call(BpfHelper.MAP_LOOKUP_ELEM)
        .jumpIf(NOT_EQUAL, R0, 0, "found");
  }

  @Override
  public String description() {
    return "eBPF programs at the tracepoints exceptions:page_fault_user and page_fault_kernel";
  }

  @Override
  public List<String> kinds() {
    return List.of("user", "kernel");
  }

  @Override
  public Map<Integer, long[]> since() {
    Map<Integer, long[]> faults = new HashMap<>();
    for (int pid : keys()) {
      key.set(JAVA_INT, 0, pid);
      if (!counts.lookup(key, value)) {
        continue;
      }
      long[] now = value.toArray(JAVA_LONG);
      long[] then = before.getOrDefault(pid, new long[2]);
      long[] difference = {now[0] - then[0], now[1] - then[1]};
      if (difference[0] + difference[1] > 0) {
        faults.put(pid, difference);
      }
      if (Files.exists(Path.of("/proc", Integer.toString(pid)))) {
        before.put(pid, now);
      } else {
        counts.delete(key);
        before.remove(pid);
      }
    }
    return faults;
  }

  /** All at first, because walking on from an entry that was removed begins again. */
  private List<Integer> keys() {
    List<Integer> pids = new ArrayList<>();
    MemorySegment from = MemorySegment.NULL;
    while (pids.size() < MOST_PROCESSES && counts.nextKey(from, key)) {
      pids.add(key.get(JAVA_INT, 0));
      from = key;
    }
    return pids;
  }

  @Override
  public long lost() {
    return lost.get(JAVA_LONG, 0);
  }

  @Override
  public void close() {
    attached.close();
    arena.close();
  }
}
