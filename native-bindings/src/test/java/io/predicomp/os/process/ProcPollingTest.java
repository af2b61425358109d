package io.predicomp.os.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.process.ProcFiles.Stat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProcPollingTest implements ProcessEventSourceContract {
  @Override
  public ProcessEventSource open() {
    return new ProcPolling();
  }

  @Test
  void aNameMayContainAnything() {
    String line =
        "42 (a) b (c) S 7 42 42 0 -1 4194560 11 0 12 0 3 4 0 0 20 0 1 0 987 100 200"
            + " 18446744073709551615";
    assertEquals(Optional.of(new Stat("a) b (c", 7, 11, 12, 7, 987)), ProcFiles.parse(line));
    assertTrue(ProcFiles.parse("nonsense").isEmpty());
    assertTrue(ProcFiles.parse("1 (short) S 0").isEmpty());
  }

  @Test
  void thisProcessIsFoundAndAnImpossibleOneIsNot() {
    int pid = Math.toIntExact(ProcessHandle.current().pid());
    assertTrue(ProcFiles.stat(pid).orElseThrow().parent() > 0);
    assertEquals("java", ProcFiles.name(pid));
    assertTrue(ProcFiles.stat(Integer.MAX_VALUE).isEmpty());
    assertEquals("", ProcFiles.name(Integer.MAX_VALUE));
  }
}
