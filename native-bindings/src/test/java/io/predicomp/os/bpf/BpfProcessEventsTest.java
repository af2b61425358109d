package io.predicomp.os.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.process.ProcessEvent;
import io.predicomp.os.process.ProcessEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Programs in the real kernel, here and in the virtual machine; needs root. */
@Tag("vm")
class BpfProcessEventsTest {
  private static final int OWN_PID = Math.toIntExact(ProcessHandle.current().pid());

  private record Seen(Kind kind, int pid, int parent, int exitCode, String name, long nanos) {
    static Seen of(ProcessEvent event) {
      return new Seen(
          event.kind(), event.pid(), event.parent(), event.exitCode(), event.name(), event.nanos());
    }
  }

  private final List<Seen> seen = new ArrayList<>();

  @BeforeEach
  void needsTheKernel() {
    BpfSupport.require();
  }

  private List<Seen> of(long pid) {
    return seen.stream().filter(each -> each.pid() == pid).toList();
  }

  private void drain(BpfProcessEvents events) {
    while (events.drain(event -> seen.add(Seen.of(event)), 1000) > 0) {
      // until there are none
    }
  }

  @Test
  void aChildIsForkedExecutesAndExits() throws Exception {
    try (BpfProcessEvents events = BpfProcessEvents.open(false, 1 << 16)) {
      Process child = new ProcessBuilder("/bin/sh", "-c", "exit 7").start();
      long pid = child.pid();
      assertEquals(7, child.waitFor());
      drain(events);

      List<Seen> life = of(pid);
      assertEquals(Kind.FORK, life.getFirst().kind(), life::toString);
      Seen exec = life.stream().filter(e -> e.kind() == Kind.EXEC).toList().getLast();
      assertEquals("sh", exec.name());
      Seen exit = life.getLast();
      assertEquals(Kind.EXIT, exit.kind());
      assertTrue(exec.nanos() <= exit.nanos() && life.getFirst().nanos() <= exec.nanos());
      assertTrue(Math.abs(System.nanoTime() - exit.nanos()) < 60_000_000_000L);
      boolean codes = !events.description().contains("unknown");
      assertEquals(codes ? 7 : ProcessEvent.UNKNOWN, exit.exitCode());
      // The JDK starts children through a helper of its own, whose parent we are.
      int parent = life.getFirst().parent();
      assertTrue(parent == OWN_PID || of(parent).getFirst().parent() == OWN_PID, life::toString);
      assertEquals(0, events.lost());
    }
  }

  @Test
  void aSignalIsANegativeCode() throws Exception {
    try (BpfProcessEvents events = BpfProcessEvents.open(false, 1 << 16)) {
      Process child = new ProcessBuilder("/bin/sh", "-c", "kill -TERM $$").start();
      child.waitFor();
      drain(events);
      boolean codes = !events.description().contains("unknown");
      assertEquals(codes ? -15 : ProcessEvent.UNKNOWN, of(child.pid()).getLast().exitCode());
    }
  }

  @Test
  void threadsAreReportedOnlyIfAskedFor() throws Exception {
    try (BpfProcessEvents with = BpfProcessEvents.open(true, 1 << 16);
        BpfProcessEvents without = BpfProcessEvents.open(false, 1 << 16)) {
      Thread thread = Thread.ofPlatform().start(() -> {});
      thread.join();
      // Its kernel thread may outlive it a little.
      while (of(OWN_PID).stream().noneMatch(each -> each.kind() == Kind.THREAD_EXIT)) {
        drain(with);
        Thread.onSpinWait();
      }
      assertTrue(of(OWN_PID).stream().anyMatch(each -> each.kind() == Kind.THREAD_START));
      seen.clear();
      drain(without);
      assertFalse(seen.stream().anyMatch(each -> each.kind().code() > Kind.EXIT.code()));
      assertTrue(of(OWN_PID).isEmpty(), seen::toString);
    }
  }

  @Test
  void eventsThatFindNoRoomAreCounted() throws Exception {
    int room = 4096 / (8 + LifecycleCode.RECORD_BYTES);
    try (BpfProcessEvents events = BpfProcessEvents.open(false, 4096)) {
      int children = room; // each of them is at least two events
      for (int i = 0; i < children; i++) {
        new ProcessBuilder("/bin/true").start().waitFor();
      }
      drain(events);
      assertTrue(events.lost() >= children, () -> "lost " + events.lost());
      assertTrue(seen.size() >= room - 1, () -> "read " + seen.size());
      // With room again, events come again.
      long lost = events.lost();
      seen.clear();
      Process child = new ProcessBuilder("/bin/true").start();
      child.waitFor();
      drain(events);
      assertEquals(Kind.EXIT, of(child.pid()).getLast().kind());
      assertEquals(lost, events.lost());
    }
  }
}
