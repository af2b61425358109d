package io.predicomp.controller.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.process.ProcessEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Any interleaving of events, with few process numbers, so that each is used again and again. */
class ProcessTrackerModelTest {
  private static final long DELAY = 100;
  private static final Enrolment OBEYS = new Enrolment("w", 1, 2, 3, true);
  private static final Enrolment REFUSES = new Enrolment("w", 1, 2, 3, false);

  enum Kind {
    FORK,
    EXEC,
    EXIT,
    ENROL,
    ENROL_INTERNAL,
    ACK,
    ACK_REFUSED,
    ACK_OF_ANOTHER,
    DISCONNECT,
    ADVANCE
  }

  record Step(Kind kind, int pid, int other, int time) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.integers().between(1, 5),
            Arbitraries.integers().between(1, 5),
            Arbitraries.integers().between(0, 60))
        .as(Step::new)
        .list()
        .ofMaxSize(120);
  }

  /** What a simple mind would write down of one process. */
  private static final class Known {
    int root;
    long due; // 0: never
    boolean late; // was due before it enrolled
    boolean enrolled;
    boolean obeys;
    boolean connected;
    long open;
    int sent;
    int acknowledged;
    boolean interesting;
    boolean began;
  }

  private final List<Action> actions = new ArrayList<>();
  private final Map<Integer, Known> model = new HashMap<>();
  private final Map<Integer, Integer> generations = new HashMap<>();
  private final Set<String> rows = new HashSet<>();
  private final ProcessTracker tracker =
      new ProcessTracker(new DelayPolicy(DELAY), false, actions::add);

  private Known fresh(int pid) {
    generations.merge(pid, 1, Integer::sum);
    Known known = new Known();
    known.root = pid;
    model.put(pid, known);
    return known;
  }

  private Known living(int pid) {
    Known known = model.get(pid);
    return known == null ? fresh(pid) : known;
  }

  /** The row of a process that the model says is over, if it deserves one. */
  private void over(int pid, boolean exited) {
    Known known = model.remove(pid);
    if (known == null || !known.interesting) {
      return;
    }
    ProcessRow row = ((Action.Finished) actions.removeFirst()).row();
    assertEquals(pid, row.pid());
    assertEquals(generations.get(pid), row.generation());
    assertTrue(rows.add(pid + "." + row.generation()), "a second row");
    assertEquals(exited, row.exited());
    assertEquals(known.root, row.lineageRoot());
    assertEquals(known.sent, row.sent());
    assertEquals(known.acknowledged, row.acknowledged());
    assertEquals(known.late && !known.enrolled, row.missed());
    assertFalse(row.missed() && row.sent() > 0);
  }

  /** What is due by then. */
  private void due(long now) {
    Map<Integer, Action.Compress> asked = new HashMap<>();
    for (Action action : actions) {
      Action.Compress compress = (Action.Compress) action;
      assertEquals(null, asked.put(compress.pid(), compress), "asked twice");
    }
    actions.clear();
    model.forEach(
        (pid, known) -> {
          if (known.due == 0 || known.due > now) {
            return;
          }
          if (!known.enrolled) {
            known.late = true;
            known.due = 0;
          } else {
            known.due = 0;
            if (known.connected && known.obeys && known.open == 0) {
              Action.Compress compress = asked.remove(pid);
              assertTrue(compress != null, "not asked");
              assertEquals(generations.get(pid), compress.generation());
              known.open = compress.request();
              known.sent++;
            }
          }
        });
    assertTrue(asked.isEmpty(), () -> "asked " + asked);
    assertTrue(tracker.nextDeadline() > now);
  }

  private void apply(Step step, long now) {
    int pid = step.pid();
    Known known = model.get(pid);
    int generation = generations.getOrDefault(pid, 0);
    switch (step.kind()) {
      case FORK -> {
        tracker.forked(now, pid, step.other());
        over(pid, true);
        Known parent = model.get(step.other());
        int root = parent != null && (parent.began || parent.enrolled) ? parent.root : pid;
        Known child = fresh(pid);
        child.root = root;
        child.began = true;
      }
      case EXEC -> {
        tracker.executed(now, pid, 0, "name");
        Known process = living(pid);
        if (process.enrolled) {
          over(pid, false);
          int root = process.root;
          process = fresh(pid);
          process.root = root;
        }
        process.began = true;
        process.interesting = true;
        process.late = false;
        process.due = now + DELAY;
      }
      case EXIT -> {
        tracker.exited(now, pid, 0, 0);
        over(pid, true);
      }
      case ENROL, ENROL_INTERNAL -> {
        Enrolment enrolment = step.kind() == Kind.ENROL ? OBEYS : REFUSES;
        OptionalInt result = tracker.enrolled(now, pid, "name", enrolment);
        if (known != null && known.enrolled) {
          assertTrue(result.isEmpty());
          return;
        }
        Known process = living(pid);
        assertEquals(OptionalInt.of(generations.get(pid)), result);
        process.enrolled = true;
        process.connected = true;
        process.obeys = enrolment.obeys();
        if (!process.interesting) {
          process.due = now + DELAY;
        } else if (process.late) {
          process.due = now;
        }
        process.interesting = true;
      }
      case ACK, ACK_REFUSED -> {
        boolean done = step.kind() == Kind.ACK;
        boolean open = known != null && known.open != 0;
        long request = open ? known.open : 1;
        assertEquals(
            open, tracker.acknowledged(now, pid, generation, request, done, ArenaFigures.NONE));
        if (open) {
          known.open = 0;
          known.acknowledged += done ? 1 : 0;
        }
      }
      case ACK_OF_ANOTHER ->
          assertFalse(
              tracker.acknowledged(
                  now, pid, generation + step.other(), 1, true, ArenaFigures.NONE));
      case DISCONNECT -> {
        tracker.disconnected(pid, generation);
        if (known != null) {
          known.connected = false;
          known.due = 0;
        }
      }
      case ADVANCE -> {
        tracker.advance(now);
        due(now);
      }
    }
    assertTrue(actions.isEmpty(), actions::toString);
    assertEquals(model.size(), tracker.living());
  }

  @Property(tries = 2000)
  void everyInterleavingAgreesWithTheModel(@ForAll("steps") List<Step> steps) {
    ProcessTrackerModelTest run = new ProcessTrackerModelTest();
    long now = 1;
    for (Step step : steps) {
      now += step.time();
      run.apply(step, now);
    }
    int left = (int) run.model.values().stream().filter(known -> known.interesting).count();
    run.tracker.finish();
    assertEquals(left, run.actions.size());
    for (int pid = 1; pid <= 5; pid++) {
      run.over(pid, false);
    }
    assertEquals(0, run.tracker.living());
    assertEquals(Long.MAX_VALUE, run.tracker.nextDeadline());
    assertEquals(Integer.MIN_VALUE, ProcessEvent.UNKNOWN);
  }
}
