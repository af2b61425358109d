package io.predicomp.os.damon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.damon.DamonStart.Cause;
import io.predicomp.os.damon.DamonStart.Refused;
import io.predicomp.os.damon.DamonStart.Watching;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamonTest {
  private static final long PID = ProcessHandle.current().pid();
  private static final long NOBODY = 999_999_999; // above the kernel's PID_MAX_LIMIT, 4,194,304
  private static final long START = 0x7f00_0000_0000L;
  private static final long END = START + (64 << 20);

  @TempDir private Path directory;
  private FakeSysfs sysfs;

  @BeforeEach
  void kernel() throws IOException {
    sysfs = new FakeSysfs(directory);
    sysfs.regions.add(new DamonRegion(START + 8192, END, 0, 9));
    sysfs.regions.add(0, new DamonRegion(START, START + 8192, 20, 3));
  }

  private DamonStart watch() {
    return new Damon(sysfs, directory).watch(PID, START, END, MonitoringAttributes.DEFAULT);
  }

  private DamonMonitor watching() {
    return assertInstanceOf(Watching.class, watch()).monitor();
  }

  private Refused refused(Cause cause) {
    Refused refused = assertInstanceOf(Refused.class, watch());
    assertEquals(cause, refused.cause(), refused::sentence);
    assertTrue(refused.sentence().endsWith("."), refused::sentence);
    return refused;
  }

  @Test
  void readsRegionsOfASchemeInTheOrderOfAddresses() throws IOException {
    try (DamonMonitor monitor = watching()) {
      assertEquals(sysfs.regions, monitor.snapshot());
    }
  }

  @Test
  void setsUpWhatWasAskedFor() throws IOException {
    MonitoringAttributes attributes =
        new MonitoringAttributes(
            Duration.ofMillis(1), Duration.ofMillis(20), Duration.ofSeconds(2), 5, 50);
    Damon damon = new Damon(sysfs, directory);
    try (DamonMonitor monitor =
        assertInstanceOf(Watching.class, damon.watch(PID, START, END, attributes)).monitor()) {
      assertEquals(20, monitor.attributes().maxAccesses());
      String context = "0/contexts/0/";
      assertEquals("on", sysfs.get("0/state"));
      assertEquals("fvaddr", sysfs.get(context + "operations"));
      assertEquals("1000", sysfs.get(context + "monitoring_attrs/intervals/sample_us"));
      assertEquals("20000", sysfs.get(context + "monitoring_attrs/intervals/aggr_us"));
      assertEquals("2000000", sysfs.get(context + "monitoring_attrs/intervals/update_us"));
      assertEquals("5", sysfs.get(context + "monitoring_attrs/nr_regions/min"));
      assertEquals("50", sysfs.get(context + "monitoring_attrs/nr_regions/max"));
      assertEquals(Long.toString(PID), sysfs.get(context + "targets/0/pid_target"));
      assertEquals(Long.toString(START), sysfs.get(context + "targets/0/regions/0/start"));
      assertEquals(Long.toString(END), sysfs.get(context + "targets/0/regions/0/end"));
    }
  }

  @Test
  void closingLeavesNoKdamond() throws IOException {
    DamonMonitor monitor = watching();
    monitor.close();
    monitor.close();
    assertEquals("0", sysfs.get("nr_kdamonds"));
    assertFalse(Files.exists(sysfs.kdamonds.resolve("0")));
    assertThrows(IllegalStateException.class, monitor::snapshot);
  }

  @Test
  void aKernelWithoutDamonSaysSo(@TempDir Path empty) {
    DamonStart answer = Damon.at(empty).watch(PID, START, END, MonitoringAttributes.DEFAULT);
    assertEquals(Cause.NO_SYSFS, assertInstanceOf(Refused.class, answer).cause());
  }

  @Test
  void withoutPermissionNothingIsTouched() {
    sysfs.denied = true;
    refused(Cause.NO_PERMISSION);
    assertEquals(0, sysfs.numbersWritten);
  }

  @Test
  void aKdamondThatIsOnBelongsToSomebodyElse() throws IOException {
    sysfs.foreign("on", NOBODY);
    refused(Cause.BUSY);
    assertEquals(0, sysfs.numbersWritten);
    assertEquals("on", sysfs.get("0/state"));
  }

  @Test
  void aKdamondThatSomebodyPreparesIsLeftAlone() throws IOException {
    sysfs.foreign("off", PID);
    refused(Cause.BUSY);
    assertEquals(0, sysfs.numbersWritten);
  }

  @Test
  void aKdamondWithoutTargetIsLeftAlone() throws IOException {
    sysfs.write(sysfs.kdamonds.resolve("nr_kdamonds"), "1");
    refused(Cause.BUSY);
    assertEquals(1, sysfs.numbersWritten, "only by this test");
  }

  @Test
  void whatAKilledProgramOfOursLeftIsReplacedAndNamed() throws IOException {
    sysfs.ours("off", NOBODY);
    Refused obstacle = new Damon(sysfs, directory).obstacle().orElseThrow();
    assertEquals(Cause.LEFT_BEHIND, obstacle.cause());
    assertEquals(0, sysfs.numbersWritten);
    Watching watching = assertInstanceOf(Watching.class, watch());
    assertTrue(watching.note().contains("Process " + NOBODY), watching::note);
    try (DamonMonitor monitor = watching.monitor()) {
      assertEquals(2, monitor.snapshot().size());
    }
    assertEquals("0", sysfs.get("nr_kdamonds"));
  }

  @Test
  void whatSomebodyElsesProgramLeftStays() throws IOException {
    sysfs.foreign("off", NOBODY);
    refused(Cause.BUSY);
    assertEquals(0, sysfs.numbersWritten);
  }

  @Test
  void aKdamondForPhysicalMemoryThatRestsIsLeftAlone() throws IOException {
    sysfs.foreign("off", 0); // paddr needs no process, and 0 is none
    refused(Cause.BUSY);
    assertEquals(0, sysfs.numbersWritten);
  }

  @Test
  void oursThatOthersMayStillNeedIsLeftAlone() throws IOException {
    sysfs.ours("off", PID);
    refused(Cause.BUSY);
    sysfs.ours("on", NOBODY);
    refused(Cause.BUSY);
    assertEquals(0, sysfs.numbersWritten);
  }

  @Test
  void theKernelsOwnUserOfDamonIsNamedBeforeAnythingIsWritten() throws IOException {
    sysfs.kernelUser("damon_reclaim");
    Refused refused = refused(Cause.BUSY);
    assertTrue(refused.sentence().contains("damon_reclaim"), refused::sentence);
    assertEquals(0, sysfs.numbersWritten);
  }

  @Test
  void askingForObstaclesWritesNothing() {
    assertEquals(Optional.empty(), new Damon(sysfs, directory).obstacle());
    assertEquals(0, sysfs.numbersWritten);
  }

  @Test
  void closingLeavesAKdamondThatRestsForSomebodyElse() throws IOException {
    DamonMonitor monitor = watching();
    sysfs.foreign("off", 0);
    monitor.close();
    assertEquals("1", sysfs.get("nr_kdamonds"));
    assertEquals("0", sysfs.get("0/contexts/0/targets/0/pid_target"));
  }

  @Test
  void aStartThatFailsHalfWayLeavesNothing() throws IOException {
    String context = "0/contexts/0/";
    for (String file :
        List.of(
            "0/contexts/nr_contexts",
            context + "monitoring_attrs/intervals/aggr_us",
            context + "schemes/0/action",
            context + "targets/nr_targets",
            context + "targets/0/regions/0/end",
            "0/state")) {
      sysfs.fails = file;
      refused(Cause.FAILED);
      sysfs.fails = "";
      assertEquals("0", sysfs.get("nr_kdamonds"), file);
    }
  }

  @Test
  void theKernelsOwnUsersOfDamonMakeItBusy() throws IOException {
    sysfs.startsBusy = true;
    refused(Cause.BUSY);
    assertEquals("0", sysfs.get("nr_kdamonds"));
  }

  @Test
  void whoeverTakesItMeanwhileKeepsIt() throws IOException {
    sysfs.beforeTarget =
        () -> {
          try {
            sysfs.foreign("on", NOBODY);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    refused(Cause.BUSY);
    assertEquals("on", sysfs.get("0/state"));
    assertEquals(Long.toString(NOBODY), sysfs.get("0/contexts/0/targets/0/pid_target"));
  }

  @Test
  void aSetThatWasReplacedIsNotSwitchedOff() throws IOException {
    DamonMonitor monitor = watching();
    sysfs.foreign("on", NOBODY);
    monitor.close();
    assertEquals("on", sysfs.get("0/state"));
    assertEquals("1", sysfs.get("nr_kdamonds"));
  }

  @Test
  void withoutVirtualAddressesNothingIsLeft() throws IOException {
    sysfs.operations = "paddr\n";
    refused(Cause.NO_VADDR);
    assertEquals("0", sysfs.get("nr_kdamonds"));
  }

  @Test
  void aProcessThatDoesNotExistIsNotWatched() {
    DamonStart answer =
        new Damon(sysfs, directory).watch(NOBODY, START, END, MonitoringAttributes.DEFAULT);
    assertEquals(Cause.NO_PROCESS, assertInstanceOf(Refused.class, answer).cause());
    assertEquals(0, sysfs.numbersWritten);
  }

  @Test
  void aSnapshotAfterTheEndSaysWhy() throws IOException {
    DamonMonitor monitor = watching();
    sysfs.targetDies();
    IOException failure = assertThrows(IOException.class, monitor::snapshot);
    assertTrue(failure.getMessage().startsWith("DAMON stopped watching"), failure::getMessage);
    monitor.close();
    assertEquals("0", sysfs.get("nr_kdamonds"));
  }

  @Test
  void aRegionThatTheKernelCouldNotShowIsLeftOut() throws IOException {
    sysfs.shortOfMemory = true;
    try (DamonMonitor monitor = watching()) {
      assertEquals(sysfs.regions.subList(0, 1), monitor.snapshot());
    }
  }

  @Test
  void beforeSchemesShowRegionsTheTracepointDoes() throws IOException {
    sysfs.triedRegions = false;
    sysfs.withTracepoint();
    try (DamonMonitor monitor = watching()) {
      assertEquals(List.of(), monitor.snapshot());
      sysfs.trace(FakeSysfs.THREAD);
      assertEquals(sysfs.regions, monitor.snapshot());
      assertEquals(List.of(), monitor.snapshot(), "nothing new");
      sysfs.trace(FakeSysfs.THREAD + 1);
      assertEquals(List.of(), monitor.snapshot(), "another kdamond's");
    }
    assertEquals(List.of(), sysfs.directories(directory.resolve("sys/kernel/tracing/instances")));
    assertEquals("0", sysfs.get("nr_kdamonds"));
  }

  @Test
  void buffersOfKilledProgramsAreRemoved() throws IOException {
    sysfs.triedRegions = false;
    sysfs.withTracepoint();
    Path instances = directory.resolve("sys/kernel/tracing/instances");
    Files.createDirectory(instances.resolve("predicomp-" + NOBODY));
    Files.createDirectory(instances.resolve("somebody"));
    watching().close();
    assertEquals(List.of(instances.resolve("somebody")), sysfs.directories(instances));
  }

  @Test
  void withoutEitherThereAreNoSnapshots() throws IOException {
    sysfs.triedRegions = false;
    refused(Cause.NO_SNAPSHOTS);
    assertEquals("0", sysfs.get("nr_kdamonds"));
  }

  @Test
  void anAggregationThatIsCutOffIsNotTaken() {
    String line = "kdamond.0-7 [000] ..... 1.0: damon_aggregated: target_id=0 nr_regions=2 ";
    String text = line + "0-4096: 1\n" + line + "4096-8192: 2\n" + line + "0-4096: 5 6\n";
    assertEquals(
        List.of(new DamonRegion(0, 4096, 1, 0), new DamonRegion(4096, 8192, 2, 0)),
        AggregatedTrace.lastComplete(text, 7));
  }

  @Test
  void attributesOutOfRangeAreNamed() {
    Duration milli = Duration.ofMillis(1);
    assertThrows(
        IllegalArgumentException.class,
        () -> new MonitoringAttributes(milli, Duration.ZERO, milli, 10, 100));
    assertThrows(
        IllegalArgumentException.class,
        () -> new MonitoringAttributes(milli, milli, milli, 2, 100));
    assertThrows(
        IllegalArgumentException.class, () -> new MonitoringAttributes(milli, milli, milli, 10, 9));
  }
}
