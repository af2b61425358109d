package io.predicomp.os.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.process.ProcessEvent.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every source tells of a child that runs a program and lives until it was seen. */
interface ProcessEventSourceContract {
  /** Opens the source, or skips the test. */
  ProcessEventSource open() throws IOException;

  @Test
  default void theLifeOfAChildIsTold() throws Exception {
    try (ProcessEventSource source = open()) {
      Process child = new ProcessBuilder("/bin/cat").start();
      List<Kind> kinds = new ArrayList<>();
      Set<String> names = new HashSet<>();
      Set<Integer> codes = new HashSet<>();
      int pid = Math.toIntExact(child.pid());
      long before = MonotonicClock.nanos();
      boolean closed = false;
      while (!kinds.contains(Kind.EXIT)) {
        source.drain(
            event -> {
              if (event.pid() == pid) {
                kinds.add(event.kind());
                names.add(event.name());
                codes.add(event.exitCode());
                assertEquals(pid, event.thread());
                assertTrue(Math.abs(event.nanos() - before) < 60_000_000_000L);
              }
            },
            1000);
        if (kinds.contains(Kind.EXEC) && names.contains("cat") && !closed) {
          child.getOutputStream().close(); // so it ends
          child.waitFor();
          closed = true;
        }
        Thread.onSpinWait();
      }
      assertEquals(Kind.FORK, kinds.getFirst());
      assertEquals(Kind.EXIT, kinds.getLast());
      assertTrue(EnumSet.copyOf(kinds).contains(Kind.EXEC));
      codes.remove(ProcessEvent.UNKNOWN);
      assertTrue(codes.isEmpty() || codes.equals(Set.of(0)), codes::toString);
      assertEquals(0, source.lost());
      assertTrue(source.description().length() > 10);
    }
  }
}
