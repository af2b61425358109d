package io.predicomp.workloads.cli;

import io.predicomp.controller.run.EventSources;
import io.predicomp.controller.run.EventSources.Chosen;
import io.predicomp.controller.run.EventSources.Wanted;
import io.predicomp.os.process.ProcessEvent;
import io.predicomp.os.process.ProcessEventSource;
import io.predicomp.os.socket.Poller;
import io.predicomp.workloads.run.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "fork",
    description = "Shows every fork, exec and exit of the machine, and ends with totals.")
final class ProbeForkCommand implements Callable<Integer> {
  private static final long LONGEST_WAIT_NANOS = 50_000_000;
  private static final int TURN_EVENTS = 1024;

  private final Interruption interruption;
  private final Map<String, Object> totals = new LinkedHashMap<>();

  @Mixin final ProbeOptions options = new ProbeOptions();

  ProbeForkCommand(Interruption interruption) {
    this.interruption = interruption;
  }

  @Override
  public Integer call() {
    Chosen chosen;
    try {
      chosen = EventSources.open(Wanted.AUTO);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    chosen.refused().forEach(why -> System.err.println("predicomp: " + why));
    try (ProcessEventSource source = chosen.source();
        Poller poller = new Poller(1)) {
      System.err.println("events: " + source.description());
      totals.put("event", "totals");
      for (ProcessEvent.Kind kind : ProcessEvent.Kind.values()) {
        if (kind.code() <= ProcessEvent.Kind.EXIT.code()) {
          totals.put(word(kind), 0L);
        }
      }
      source.fd().ifPresent(poller::add);
      Deadline deadline = options.deadline(interruption);
      while (!deadline.isOver()) {
        poller.await(Math.min(LONGEST_WAIT_NANOS, deadline.remainingNanos()));
        while (source.drain(this::show, TURN_EVENTS) == TURN_EVENTS && !deadline.isOver()) {
          // on
        }
      }
      totals.put("lost", source.lost());
      options.print(
          "%s forks, %s execs, %s exits, %d lost"
              .formatted(totals.get("fork"), totals.get("exec"), totals.get("exit"), source.lost()),
          totals);
    }
    return 0;
  }

  private void show(ProcessEvent event) {
    totals.merge(word(event.kind()), 1L, (sum, one) -> (Long) sum + (Long) one);
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("event", word(event.kind()));
    values.put("ns", event.nanos());
    values.put("pid", event.pid());
    values.put("parent_pid", event.parent());
    String name = event.name().replaceAll("\\p{Cntrl}", "?");
    values.put("comm", name);
    boolean coded = event.exitCode() != ProcessEvent.UNKNOWN;
    if (coded) {
      values.put("exit_code", event.exitCode());
    }
    options.print(
        "%14.6f %-4s %7d of %7d %-16s%s"
            .formatted(
                event.nanos() / 1e9,
                word(event.kind()),
                event.pid(),
                event.parent(),
                name,
                coded ? "exit code " + event.exitCode() : ""),
        values);
  }

  private static String word(ProcessEvent.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
