package io.predicomp.controller.run;

import io.predicomp.controller.core.Action;
import io.predicomp.controller.core.ArenaFigures;
import io.predicomp.controller.core.Enrolment;
import io.predicomp.controller.core.ProcessRow;
import io.predicomp.controller.core.ProcessTracker;
import io.predicomp.controller.core.TriggerPolicy;
import io.predicomp.controller.wire.Message;
import io.predicomp.controller.wire.Message.Ack;
import io.predicomp.controller.wire.Message.Compress;
import io.predicomp.controller.wire.Message.Enroll;
import io.predicomp.controller.wire.Message.Enrolled;
import io.predicomp.os.process.MonotonicClock;
import io.predicomp.os.process.ProcFiles;
import io.predicomp.os.process.ProcessEvent;
import io.predicomp.os.process.ProcessEventSource;
import io.predicomp.os.socket.LocalServer;
import io.predicomp.os.socket.Poller;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/**
 * Waits for events, peers and deadlines, tells the tracker, and carries out what it calls for: all
 * in the one thread that calls {@link #run}.
 */
public final class Controller implements AutoCloseable {
  /**
   * What a run came to.
   *
   * @param forks seen
   * @param execs seen
   * @param exits seen
   * @param lost events that are known to be lost
   * @param rows written
   * @param sent requests to compress
   * @param acknowledged requests carried out
   * @param missed processes that were due and had not enrolled
   */
  public record Totals(
      long forks,
      long execs,
      long exits,
      long lost,
      long rows,
      long sent,
      long acknowledged,
      long missed) {}

  /** Events that wait until then go by one wake-up; a tenth of what a request may be late. */
  private static final long GATHER_NANOS = 4_000_000;

  private static final long POLL_NANOS = 50_000_000;
  private static final long LONGEST_WAIT_NANOS = 100_000_000;
  private static final int TURN_EVENTS = 8192;
  private static final int OTHER_DESCRIPTORS = 2;

  private final ProcessEventSource source;
  private final Gauge gauge;
  private final Optional<CsvFile> csv;
  private final ControllerLog log;
  private final ProcessTracker tracker;
  private final Peers peers;
  private final Poller poller = new Poller(Peers.MOST + OTHER_DESCRIPTORS);
  private final Deque<Action> actions = new ArrayDeque<>();
  private long now;
  private long eventsAgainNanos;
  private long lostBefore;
  private long rows;
  private long sent;
  private long acknowledged;
  private long missed;

  /**
   * Takes over what it is given, and closes it.
   *
   * @param gauge what the policy looks at, if it measures
   * @param allRows whether also processes that only forked get a row
   */
  public Controller(
      ProcessEventSource source,
      LocalServer server,
      TriggerPolicy policy,
      Gauge gauge,
      Optional<CsvFile> csv,
      boolean allRows,
      ControllerLog log) {
    this.source = source;
    this.gauge = gauge;
    this.csv = csv;
    this.log = log;
    tracker = new ProcessTracker(policy, allRows, actions::add);
    peers = new Peers(server, new FromPeers());
  }

  /** Runs until told to stop, and then writes the rows of the processes that still live. */
  public Totals run(BooleanSupplier stopped) {
    while (!stopped.getAsBoolean()) {
      step(LONGEST_WAIT_NANOS);
    }
    eventsAgainNanos = 0; // also where it is not time yet to look
    takeEvents();
    tracker.finish();
    carryOut();
    return totals();
  }

  /** Waits until something happens, no longer than given, and deals with it. */
  void step(long longestNanos) {
    now = MonotonicClock.nanos();
    poller.clear();
    // First, so that its place does not depend on the others.
    boolean wakesUs = source.fd().isPresent() && now >= eventsAgainNanos;
    if (wakesUs) {
      poller.add(source.fd().getAsInt());
    }
    peers.register(poller, now);
    long until = Math.min(now + longestNanos, tracker.nextDeadline());
    if (!wakesUs) {
      until = Math.min(until, eventsAgainNanos);
    }
    poller.await(until - now);
    now = MonotonicClock.nanos();
    // Events before messages: whoever enrols has been seen to begin.
    takeEvents();
    peers.serve(poller, now);
    carryOut();
    tracker.advance(now);
    carryOut();
  }

  private void takeEvents() {
    if (source.fd().isEmpty() && now < eventsAgainNanos) {
      return;
    }
    int taken;
    boolean any = false;
    do {
      taken = source.drain(this::tell, TURN_EVENTS);
      any |= taken > 0;
      carryOut();
    } while (taken == TURN_EVENTS && tracker.nextDeadline() > MonotonicClock.nanos());
    now = MonotonicClock.nanos();
    if (source.fd().isEmpty()) {
      eventsAgainNanos = now + POLL_NANOS;
    } else {
      eventsAgainNanos = taken == TURN_EVENTS ? now : any ? now + GATHER_NANOS : 0;
    }
    long lost = source.lost();
    if (lost != lostBefore) {
      log.say(
          "lost %d events: processes were faster than the controller".formatted(lost - lostBefore));
      lostBefore = lost;
    }
  }

  private void tell(ProcessEvent event) {
    switch (event.kind()) {
      case FORK -> tracker.forked(event.nanos(), event.pid(), event.parent());
      case EXEC -> tracker.executed(event.nanos(), event.pid(), event.parent(), event.name());
      case EXIT -> tracker.exited(event.nanos(), event.pid(), event.parent(), event.exitCode());
      case THREAD_START, THREAD_EXIT -> {} // not asked for
    }
  }

  private void carryOut() {
    Action action;
    while ((action = actions.poll()) != null) {
      switch (action) {
        case Action.Compress compress -> ask(compress);
        case Action.Measure measure -> measure(measure);
        case Action.Finished finished -> finish(finished.row());
      }
    }
  }

  private void ask(Action.Compress compress) {
    Optional<Peer> peer = peers.find(compress.pid(), compress.generation());
    sent++;
    log.detail(
        "ask %d to compress, %.3f ms after it was due"
            .formatted(compress.pid(), compress.lateNanos() / 1e6));
    if (peer.isPresent() && !peer.get().send(new Compress(compress.request()))) {
      peers.dismiss(peer.get(), "it does not read what it is sent");
    }
  }

  private void measure(Action.Measure measure) {
    gauge
        .measure(measure.pid())
        .ifPresentOrElse(
            value ->
                tracker.measured(
                    MonotonicClock.nanos(), measure.pid(), measure.generation(), value),
            () -> log.say("cannot measure process " + measure.pid()));
  }

  private void finish(ProcessRow row) {
    rows++;
    missed += row.missed() ? 1 : 0;
    csv.ifPresent(file -> file.append(row));
    log.detail(
        "%s %d (%s)%s"
            .formatted(
                row.exited() ? "exit of" : "end of the observation of",
                row.pid(),
                row.name(),
                row.missed() ? ", which had not enrolled when it was due" : ""));
    peers
        .find(row.pid(), row.generation())
        .ifPresent(peer -> peers.dismiss(peer, "the controller follows it no longer"));
  }

  private Totals totals() {
    return new Totals(
        tracker.forks(),
        tracker.execs(),
        tracker.exits(),
        source.lost(),
        rows,
        sent,
        acknowledged,
        missed);
  }

  private final class FromPeers implements Peers.Receiver {
    @Override
    public Optional<String> receive(Peer peer, Message message) {
      return switch (message) {
        case Enroll enroll -> enroll(peer, enroll);
        case Ack ack -> acknowledge(peer, ack);
        default -> Optional.of("that is the controller's to say");
      };
    }

    private Optional<String> enroll(Peer peer, Enroll enroll) {
      if (enroll.pid() != peer.pid()) {
        return Optional.of(
            "it says that it is process %d, and is %d".formatted(enroll.pid(), peer.pid()));
      }
      Enrolment enrolment =
          new Enrolment(
              enroll.workload(),
              enroll.capMebibytes(),
              enroll.minSavingsPercent(),
              enroll.regionMebibytes(),
              !enroll.policy().equals("internal"));
      OptionalInt generation =
          peer.generation != 0
              ? OptionalInt.empty()
              : tracker.enrolled(now, peer.pid(), ProcFiles.name(peer.pid()), enrolment);
      if (generation.isEmpty()) {
        return Optional.of("process " + peer.pid() + " has enrolled already");
      }
      peer.generation = generation.getAsInt();
      log.say("enrolled %d, %s, %s".formatted(peer.pid(), enroll.workload(), enroll.policy()));
      return peer.send(new Enrolled(peer.generation, Math.max(0, tracker.deadline(peer.pid()))))
          ? Optional.empty()
          : Optional.of("it does not read what it is sent");
    }

    private Optional<String> acknowledge(Peer peer, Ack ack) {
      if (!tracker.acknowledged(
          MonotonicClock.nanos(),
          peer.pid(),
          peer.generation,
          ack.request(),
          ack.done(),
          new ArenaFigures(ack.figures()))) {
        return Optional.of("request " + ack.request() + " is not open");
      }
      acknowledged += ack.done() ? 1 : 0;
      log.say(
          ack.done()
              ? "%d has compressed: pool of %d bytes"
                  .formatted(peer.pid(), ack.figures().getOrDefault("pool_bytes_live", 0L))
              : "%d has not compressed: %s".formatted(peer.pid(), ack.reason()));
      return Optional.empty();
    }

    @Override
    public void gone(Peer peer, String reason) {
      log.detail("connection of %d ended: %s".formatted(peer.pid(), reason));
      if (peer.generation != 0) {
        tracker.disconnected(peer.pid(), peer.generation);
      }
    }
  }

  @Override
  public void close() {
    peers.close();
    poller.close();
    csv.ifPresent(CsvFile::close);
    source.close();
  }
}
