package io.predicomp.os.process;

import io.predicomp.os.process.ProcFiles.Stat;
import io.predicomp.os.process.ProcessEvent.Kind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Compares the list of processes with the one before. Needs no privilege, and misses what is
 * shorter than the time between two looks. A process that is new counts as forked, and as executing
 * another program if its name is not its parent's, or changes. Times are those of the look. For one
 * thread.
 */
public final class ProcPolling implements ProcessEventSource {
  private record Known(String name, long startTicks) {}

  private final Map<Integer, Known> known = new HashMap<>();
  private final ProcessEvent event = new ProcessEvent();

  /** Begins with the processes there are, about which it tells nothing until they change. */
  public ProcPolling() {
    drain(_ -> {}, Integer.MAX_VALUE);
  }

  @Override
  public String description() {
    return "polling of /proc; processes shorter than the time between two looks are missed, and"
        + " exit codes are unknown";
  }

  @Override
  public OptionalInt fd() {
    return OptionalInt.empty();
  }

  /** Looks once; all that is new is told, however much it is. */
  @Override
  public int drain(Consumer<ProcessEvent> consumer, int most) {
    int count = 0;
    Set<Integer> gone = new HashSet<>(known.keySet());
    long now = MonotonicClock.nanos();
    for (int pid : ProcFiles.pids()) {
      gone.remove(pid);
      Stat stat = ProcFiles.stat(pid).orElse(null);
      if (stat == null) {
        continue; // told as gone at the next look
      }
      Known before = known.put(pid, new Known(stat.name(), stat.startTicks()));
      if (before != null && before.startTicks() != stat.startTicks()) {
        consumer.accept(event.set(Kind.EXIT, now, pid, pid));
        before = null;
        count++;
      }
      if (before == null) {
        consumer.accept(event.set(Kind.FORK, now, pid, pid).setParent(stat.parent()));
        count++;
      }
      Known compared = before == null ? known.get(stat.parent()) : before;
      if (compared == null || !compared.name().equals(stat.name())) {
        consumer.accept(event.set(Kind.EXEC, now, pid, pid).setName(stat.name()));
        count++;
      }
    }
    for (int pid : gone) {
      known.remove(pid);
      consumer.accept(event.set(Kind.EXIT, now, pid, pid));
      count++;
    }
    return count;
  }

  @Override
  public long lost() {
    return 0; // what was missed is not known
  }

  @Override
  public void close() {}
}
