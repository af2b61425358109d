package io.predicomp.controller.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class DeadlineHeapTest {
  /** Numbers below 100 set a process to a time; those above take out the due or a process. */
  @Property
  void theEarliestComesFirst(
      @ForAll @Size(max = 300) List<@IntRange(min = 0, max = 139) Integer> steps) {
    DeadlineHeap heap = new DeadlineHeap();
    Map<Integer, TrackedProcess> processes = new HashMap<>();
    Map<Integer, Long> model = new HashMap<>();
    for (int i = 0; i < steps.size(); i++) {
      int step = steps.get(i);
      int pid = step % 20;
      TrackedProcess process =
          processes.computeIfAbsent(pid, number -> new TrackedProcess(number, 1));
      if (step < 100) {
        long time = (step * 7919L + i * 31L) % 50;
        heap.set(process, time);
        model.put(pid, time);
      } else if (step < 120) {
        heap.remove(process);
        model.remove(pid);
      } else {
        long now = step - 110L;
        TrackedProcess due = heap.poll(now);
        Long earliest = model.values().stream().min(Comparator.naturalOrder()).orElse(null);
        if (earliest == null || earliest > now) {
          assertEquals(null, due);
        } else {
          assertEquals(earliest, model.remove(due.pid));
          assertEquals(TrackedProcess.NOWHERE, due.heapIndex);
        }
      }
      assertEquals(model.size(), heap.size());
      assertEquals(
          model.values().stream().min(Comparator.naturalOrder()).orElse(Long.MAX_VALUE),
          heap.earliest());
    }
  }
}
