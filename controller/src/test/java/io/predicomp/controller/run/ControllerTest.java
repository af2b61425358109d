package io.predicomp.controller.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.controller.core.DelayPolicy;
import io.predicomp.controller.matrix.ControllerCsv;
import io.predicomp.controller.wire.EnrolledProcess;
import io.predicomp.controller.wire.LineBuffer;
import io.predicomp.controller.wire.Message;
import io.predicomp.controller.wire.Message.Ack;
import io.predicomp.controller.wire.Message.Enroll;
import io.predicomp.controller.wire.Message.Failure;
import io.predicomp.controller.wire.MessageFormat;
import io.predicomp.os.process.MonotonicClock;
import io.predicomp.os.process.ProcessEvent.Kind;
import io.predicomp.os.socket.LocalServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The controller with real sockets; the test is the peer, and makes the events up. */
class ControllerTest {
  private static final int OWN_PID = Math.toIntExact(ProcessHandle.current().pid());
  private static final Enroll ENROLL = new Enroll(OWN_PID, "test", 64, 5, 128, "external");
  private static final long STEP_NANOS = 5_000_000;

  @TempDir Path directory;

  private final ExecutorService others = Executors.newCachedThreadPool();
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private final FakeEvents events = new FakeEvents();
  private Path socket = Path.of("");
  private Path csv = Path.of("");
  private Controller controller;

  @BeforeEach
  void start() throws IOException {
    socket = directory.resolve("socket");
    csv = directory.resolve("rows.csv");
    controller =
        new Controller(
            events,
            SocketFile.listen(socket),
            new DelayPolicy(0),
            Gauge.cpuTime(),
            Optional.of(CsvFile.create(csv, "events: a test")),
            false,
            new ControllerLog(new PrintStream(logged, true, StandardCharsets.UTF_8), true));
  }

  @AfterEach
  void stop() {
    controller.close();
    others.shutdownNow();
    assertTrue(events.closed);
  }

  private void step() {
    controller.step(STEP_NANOS);
  }

  /** Lets the controller work until the other side is done. */
  private <T> T during(Future<T> other) throws Exception {
    while (!other.isDone()) {
      step();
    }
    return other.get();
  }

  private EnrolledProcess enrol() throws Exception {
    return during(others.submit(() -> EnrolledProcess.enroll(socket, ENROLL)));
  }

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(socket));
  }

  private static void write(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** All that the controller says until it ends the connection. */
  private static List<Message> readAll(SocketChannel channel) throws Exception {
    List<Message> messages = new ArrayList<>();
    LineBuffer lines = new LineBuffer();
    byte[] piece = new byte[1000];
    try {
      int bytes;
      while ((bytes = channel.read(ByteBuffer.wrap(piece))) >= 0) {
        for (String line : lines.add(piece, bytes)) {
          messages.add(MessageFormat.decode(line));
        }
      }
    } catch (IOException e) {
      // What was sent and not read makes the end of a connection a reset.
    }
    return messages;
  }

  private String refusal(String sent) throws Exception {
    try (SocketChannel channel = connect()) {
      write(channel, sent);
      List<Message> said = during(others.submit(() -> readAll(channel)));
      return assertInstanceOf(Failure.class, said.getLast()).reason();
    }
  }

  /** Asks, carries out, acknowledges: whoever else does what, this works. */
  private void assertWorks() throws Exception {
    EnrolledProcess process = enrol();
    while (!process.isAsked()) {
      step();
    }
    long request = process.takeRequest();
    process.answer(new Ack(request, true, "", Map.of("pool_bytes_live", 77L)));
    while (!logged.toString(StandardCharsets.UTF_8).contains("has compressed: pool of 77 bytes")) {
      step();
    }
    process.close();
    assertEquals("", process.trouble());
  }

  @Test
  void aProcessEnrolsIsAskedAndAnswersAndThenThereIsItsRow() throws Exception {
    events.add(e -> e.set(Kind.FORK, MonotonicClock.nanos(), OWN_PID, OWN_PID).setParent(1));
    events.add(e -> e.set(Kind.EXEC, MonotonicClock.nanos(), OWN_PID, OWN_PID).setName("a,\"b\n"));
    assertWorks();
    events.add(e -> e.set(Kind.EXIT, MonotonicClock.nanos(), OWN_PID, OWN_PID).setStatus(9));
    Controller.Totals totals = controller.run(() -> true);
    assertEquals(1, totals.sent());
    assertEquals(1, totals.acknowledged());
    List<String> lines = Files.readAllLines(csv);
    assertEquals("# events: a test", lines.getFirst());
    assertTrue(
        lines
            .get(1)
            .startsWith(
                "pid,generation,comm,exec_event_ns,deadline_ns,exit_event_ns,exited,"
                    + "parent_pid_last_seen,lineage_root_pid,compress_sent,compress_ack,"
                    + "missed_due_to_no_enroll,compress_request_ns,compress_ack_ns,"
                    + "compress_latency_ms,workload_name,arena_cap_mb,arena_min_savings_pct,"
                    + "region_mb,"));
    Map<String, String> row = ControllerCsv.read(csv).getFirst();
    assertEquals(Integer.toString(OWN_PID), row.get("pid"));
    assertEquals("a,\"b?", row.get("comm"));
    assertEquals("1", row.get("compress_ack"));
    assertEquals("77", row.get("pool_bytes_live"));
    assertEquals("test", row.get("workload_name"));
    assertEquals("128", row.get("region_mb"));
    assertEquals(CsvFile.COLUMNS.size(), row.size());
  }

  @Test
  void whatBreaksTheProtocolIsToldAndDropped() throws Exception {
    assertTrue(refusal("hello\n").contains("not JSON"));
    assertTrue(refusal("{\"v\":9}\n").contains("version 9"));
    assertTrue(refusal("x".repeat(Message.LONGEST + 1)).contains("longer than 16384"));
    String wrong =
        new String(
            MessageFormat.encode(new Enroll(1, "w", 1, 1, 1, "both")), StandardCharsets.UTF_8);
    assertEquals("it says that it is process 1, and is " + OWN_PID, refusal(wrong));
    String ack =
        new String(MessageFormat.encode(new Ack(5, true, "", Map.of())), StandardCharsets.UTF_8);
    assertTrue(refusal(ack).contains("request 5 is not open"));
    String enrol = new String(MessageFormat.encode(ENROLL), StandardCharsets.UTF_8);
    assertTrue(refusal(enrol + enrol).contains("enrolled already"));
  }

  @Test
  void whoSendsHalfALineOrNothingOrTooMuchDisturbsNobody() throws Exception {
    List<SocketChannel> abusers = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        SocketChannel half = connect();
        write(half, "{\"v\":1,\"ty");
        abusers.add(half);
        abusers.add(connect()); // says nothing
      }
      SocketChannel flood = connect();
      abusers.add(flood);
      Future<?> flooding =
          others.submit(
              () -> {
                String empty = "\n".repeat(1000);
                while (true) {
                  write(flood, empty); // until it is dropped
                }
              });
      assertWorks();
      while (!flooding.isDone()) {
        step();
      }
      // Who vanishes in the middle of a line is dropped, too.
      for (SocketChannel each : abusers) {
        each.close();
      }
      String log = "";
      while (!log.contains("closed the connection")) {
        step();
        log = logged.toString(StandardCharsets.UTF_8);
      }
    } finally {
      for (SocketChannel each : abusers) {
        each.close();
      }
    }
  }

  @Test
  void aSecondControllerAtThePlaceIsRefusedAndADeadOneReplaced() throws Exception {
    IOException taken = assertThrows(IOException.class, () -> SocketFile.listen(socket));
    assertTrue(taken.getMessage().contains("another controller"), taken::getMessage);
    Path stale = directory.resolve("stale");
    LocalServer.listen(stale).close();
    assertTrue(Files.exists(stale));
    SocketFile.listen(stale).close();
    Path file = Files.writeString(directory.resolve("file"), "precious");
    assertThrows(IOException.class, () -> SocketFile.listen(file));
    assertEquals("precious", Files.readString(file));
  }

  @Test
  void anOfferWithoutControllerIsRefusedWithAReason() {
    Path nowhere = directory.resolve("nowhere");
    IOException e = assertThrows(IOException.class, () -> EnrolledProcess.enroll(nowhere, ENROLL));
    assertFalse(e.getMessage().isBlank());
  }

  @Test
  void lostEventsAreTold() {
    events.lost = 3;
    while (!logged.toString(StandardCharsets.UTF_8).contains("lost 3 events")) {
      step();
    }
  }
}
