package io.predicomp.arena.hotness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.damon.Damon;
import io.predicomp.os.damon.DamonStart;
import io.predicomp.os.damon.DamonStart.Cause;
import io.predicomp.os.damon.DamonStart.Refused;
import io.predicomp.os.damon.MonitoringAttributes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may have DAMON, on files that lie in a directory and make nothing happen. */
class DamonAccessTest {
  private static final FileTime LONG_AGO = FileTime.fromMillis(0);

  @TempDir private Path directory;
  private Path number;

  @BeforeEach
  void freeDamon() throws IOException {
    number = file("nr_kdamonds", "0");
  }

  private Path file(String name, String text) throws IOException {
    Path file = directory.resolve("sys/kernel/mm/damon/admin/kdamonds").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text + "\n");
    Files.setLastModifiedTime(file, LONG_AGO);
    return file;
  }

  private Refused ask(DamonAccess access) {
    DamonStart answer = access.watch(4096, 8192, MonitoringAttributes.DEFAULT);
    return assertInstanceOf(Refused.class, answer);
  }

  private boolean wrote() throws IOException {
    return !Files.getLastModifiedTime(number).equals(LONG_AGO);
  }

  @Test
  void whoWasNotToldNeedsPermission() throws IOException {
    Refused refused = ask(DamonAccess.untold(Damon.at(directory), Optional.of("You may not.")));
    assertEquals("You may not.", refused.sentence());
    assertFalse(wrote());
    ask(DamonAccess.untold(Damon.at(directory), Optional.empty()));
    assertTrue(wrote(), "it may, and tried");
  }

  @Test
  void whoWasToldTriesWithout() throws IOException {
    ask(DamonAccess.told(Damon.at(directory)));
    assertTrue(wrote());
  }

  @Test
  void nobodyTakesWhatSomebodyHas() throws IOException {
    // As reclaim of a machine's memory is set up: for physical addresses, and off at the moment.
    number = file("nr_kdamonds", "1");
    file("0/state", "off");
    file("0/contexts/nr_contexts", "1");
    file("0/contexts/0/targets/nr_targets", "1");
    file("0/contexts/0/targets/0/pid_target", "0");
    assertEquals(Cause.BUSY, ask(DamonAccess.told(Damon.at(directory))).cause());
    assertEquals(
        Cause.BUSY, ask(DamonAccess.untold(Damon.at(directory), Optional.empty())).cause());
    assertFalse(wrote());
  }
}
