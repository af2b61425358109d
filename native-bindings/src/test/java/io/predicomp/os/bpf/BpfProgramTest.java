package io.predicomp.os.bpf;

import static io.predicomp.os.bpf.BpfRegister.R0;
import static io.predicomp.os.bpf.BpfRegister.R1;
import static io.predicomp.os.bpf.BpfRegister.R2;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.OwnedFd;
import io.predicomp.os.memory.Mapping;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against the real verifier; needs root, here and in the virtual machine. */
@Tag("vm")
class BpfProgramTest {
  @BeforeEach
  void needsTheKernel() {
    BpfSupport.require();
  }

  @Test
  void aRefusalSaysWhatTheVerifierSaid() {
    long[] readsTooFar = new BpfAssembler().move(R0, R2).exit().instructions();
    BpfVerifierException e =
        assertThrows(BpfVerifierException.class, () -> BpfProgram.load("wrong", readsTooFar));
    assertTrue(e.getMessage().contains("BPF program wrong"), e.getMessage());
    assertTrue(e.getMessage().contains("R2 !read_ok"), e.getMessage());
  }

  @Test
  void anAttachedProgramRunsAtEachEventUntilItIsDetached() throws Exception {
    try (Tracefs tracefs = Tracefs.open();
        BpfMap memory = BpfMap.memory(16);
        Mapping mapping = memory.map(16)) {
      long[] count =
          new BpfAssembler()
              .loadMapValue(R1, memory, 8)
              .move(R2, 1)
              .atomicAdd(R1, 0, R2)
              .move(R0, 0)
              .exit()
              .instructions();
      MemorySegment counters = mapping.segment();
      try (BpfProgram program = BpfProgram.load("count", count)) {
        OwnedFd attached = program.attach(tracefs.tracepoint("sched/sched_process_exec"));
        runTrue();
        long counted = counters.get(ValueLayout.JAVA_LONG, 8);
        assertTrue(counted >= 1, () -> counted + " events");
        attached.close();
      }
      long atEnd = counters.get(ValueLayout.JAVA_LONG, 8);
      runTrue();
      assertEquals(atEnd, counters.get(ValueLayout.JAVA_LONG, 8));
      assertEquals(0, counters.get(ValueLayout.JAVA_LONG, 0));
    }
  }

  @Test
  void tracepointsThatAreNotThereAreNamed() {
    try (Tracefs tracefs = Tracefs.open()) {
      assertThrows(NoSuchFileException.class, () -> tracefs.tracepoint("sched/no_such"));
    }
  }

  @Test
  void hashTablesAreWalkedAndEmptied() {
    try (Arena arena = Arena.ofConfined();
        BpfMap hash = BpfMap.hash(4, 8, 10)) {
      MemorySegment key = arena.allocate(4);
      MemorySegment value = arena.allocate(8);
      assertFalse(hash.nextKey(MemorySegment.NULL, key));
      assertFalse(hash.lookup(key, value));
      for (int i = 1; i <= 3; i++) {
        key.set(ValueLayout.JAVA_INT, 0, i);
        value.set(ValueLayout.JAVA_LONG, 0, 100L * i);
        hash.update(key, value);
      }
      List<Long> values = new ArrayList<>();
      MemorySegment from = MemorySegment.NULL;
      while (hash.nextKey(from, key)) {
        assertTrue(hash.lookup(key, value));
        values.add(value.get(ValueLayout.JAVA_LONG, 0));
        from = key;
      }
      assertEquals(List.of(100L, 200L, 300L), values.stream().sorted().toList());
      key.set(ValueLayout.JAVA_INT, 0, 2);
      assertTrue(hash.delete(key));
      assertFalse(hash.delete(key));
      assertFalse(hash.lookup(key, value));
    }
  }

  private static void runTrue() throws IOException, InterruptedException {
    assertEquals(0, new ProcessBuilder("/bin/true").start().waitFor());
  }
}
