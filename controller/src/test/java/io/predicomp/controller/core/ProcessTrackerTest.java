package io.predicomp.controller.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessTrackerTest {
  private static final Enrolment OBEYS = new Enrolment("burst", 64, 5, 128, true);

  private final List<Action> actions = new ArrayList<>();

  private ProcessTracker tracker(TriggerPolicy policy) {
    return new ProcessTracker(policy, false, actions::add);
  }

  private <T extends Action> T only(Class<T> type) {
    assertEquals(1, actions.size(), actions::toString);
    return assertInstanceOf(type, actions.removeFirst());
  }

  @Test
  void aProcessIsAskedAtItsDeadlineAndItsRowHoldsItsLife() {
    ProcessTracker tracker = tracker(new DelayPolicy(1000));
    tracker.forked(5, 42, 7);
    tracker.executed(10, 42, 0, "java");
    assertEquals(1010, tracker.nextDeadline());
    assertTrue(tracker.enrolled(500, 42, "ignored", OBEYS).isPresent());
    tracker.advance(1009);
    assertTrue(actions.isEmpty());
    tracker.advance(1012);
    Action.Compress asked = only(Action.Compress.class);
    assertEquals(new Action.Compress(42, 1, 1, 2), asked);
    ArenaFigures figures = new ArenaFigures(Map.of("compress_ops", 9L));
    assertTrue(tracker.acknowledged(2012, 42, 1, asked.request(), true, figures));
    assertFalse(tracker.acknowledged(2013, 42, 1, asked.request(), true, figures));
    tracker.exited(3000, 42, 1, 3);
    assertEquals(
        new ProcessRow(
            42, 1, "java", 10, 1010, 3000, true, 3, 1, 42, 1, 1, false, 1012, 2012, 2, OBEYS,
            figures),
        only(Action.Finished.class).row());
  }

  @Test
  void whoIsDueBeforeItEnrolsIsAskedWhenItDoes() {
    ProcessTracker tracker = tracker(new DelayPolicy(10));
    tracker.executed(1, 42, 0, "java");
    tracker.advance(50);
    assertTrue(tracker.enrolled(60, 42, "", OBEYS).isPresent());
    tracker.advance(61);
    assertEquals(1, only(Action.Compress.class).lateNanos());
    tracker.exited(70, 42, 0, 0);
    assertFalse(only(Action.Finished.class).row().missed());
  }

  @Test
  void whoNeverEnrolsHasMissedItsDeadlineUnlessItExitsBefore() {
    ProcessTracker tracker = tracker(new DelayPolicy(10));
    tracker.executed(1, 42, 0, "late");
    tracker.executed(1, 43, 0, "short");
    tracker.exited(5, 43, 0, 0);
    assertFalse(only(Action.Finished.class).row().missed());
    tracker.advance(50);
    tracker.finish();
    ProcessRow row = only(Action.Finished.class).row();
    assertTrue(row.missed());
    assertFalse(row.exited());
    assertEquals(0, row.exitNanos());
  }

  @Test
  void childrenOfChildrenHaveTheRootOfTheFirst() {
    ProcessTracker tracker = new ProcessTracker(new DelayPolicy(10), true, actions::add);
    tracker.forked(1, 10, 1); // its parent began before anybody watched
    tracker.forked(2, 11, 10);
    tracker.exited(3, 10, 0, 0);
    tracker.forked(4, 12, 11);
    tracker.exited(5, 12, 0, 0);
    tracker.forked(6, 10, 11); // the number again
    tracker.finish();
    List<ProcessRow> rows =
        actions.stream().map(action -> ((Action.Finished) action).row()).toList();
    assertEquals(List.of(10, 12, 10, 11), rows.stream().map(ProcessRow::pid).toList());
    assertEquals(List.of(1, 1, 2, 1), rows.stream().map(ProcessRow::generation).toList());
    assertTrue(rows.stream().allMatch(row -> row.lineageRoot() == 10));
  }

  @Test
  void underPressureItIsAskedAgainAfterAPause() {
    ProcessTracker tracker = tracker(new PressurePolicy(100, 10, 5));
    assertTrue(tracker.enrolled(0, 42, "old", OBEYS).isPresent());
    tracker.advance(100);
    assertEquals(new Action.Measure(42, 1), only(Action.Measure.class));
    tracker.measured(100, 42, 1, 9.9);
    assertEquals(105, tracker.nextDeadline());
    tracker.advance(105);
    only(Action.Measure.class);
    tracker.measured(106, 42, 1, 10);
    long request = only(Action.Compress.class).request();
    assertEquals(Long.MAX_VALUE, tracker.nextDeadline());
    assertTrue(tracker.acknowledged(110, 42, 1, request, true, ArenaFigures.NONE));
    assertEquals(210, tracker.nextDeadline());
  }

  @Test
  void idleIsWhoUsedNoProcessorBetweenTwoLooks() {
    ProcessTracker tracker = tracker(new IdlePolicy(0, 1, 1000));
    assertTrue(tracker.enrolled(0, 42, "old", OBEYS).isPresent());
    tracker.advance(0);
    only(Action.Measure.class);
    tracker.measured(0, 42, 1, 5_000);
    tracker.advance(1000);
    only(Action.Measure.class);
    tracker.measured(1000, 42, 1, 5_011); // 1.1 %
    assertTrue(actions.isEmpty());
    tracker.advance(2000);
    only(Action.Measure.class);
    tracker.measured(2000, 42, 1, 5_021); // 1.0 %
    only(Action.Compress.class);
    tracker.disconnected(42, 1);
    assertTrue(tracker.acknowledged(2001, 42, 1, 1, true, ArenaFigures.NONE));
    assertEquals(Long.MAX_VALUE, tracker.nextDeadline());
  }
}
