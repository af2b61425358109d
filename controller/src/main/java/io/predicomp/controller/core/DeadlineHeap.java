package io.predicomp.controller.core;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Processes by the time at which to look at them: a binary heap in which each process knows its
 * place, so that one that exits is taken out without a search.
 */
final class DeadlineHeap {
  private @Nullable TrackedProcess[] heap = new TrackedProcess[64];
  private int size;

  /** {@return the earliest time, or {@link Long#MAX_VALUE} if the heap is empty} */
  long earliest() {
    return size == 0 ? Long.MAX_VALUE : at(0).wakeNanos;
  }

  int size() {
    return size;
  }

  /** Puts a process in, or moves it to another time. */
  void set(TrackedProcess process, long wakeNanos) {
    remove(process);
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    process.wakeNanos = wakeNanos;
    place(process, size++);
    up(process);
  }

  /** Takes a process out, if it is in. */
  void remove(TrackedProcess process) {
    int index = process.heapIndex;
    if (index == TrackedProcess.NOWHERE) {
      return;
    }
    process.heapIndex = TrackedProcess.NOWHERE;
    TrackedProcess last = at(--size);
    heap[size] = null;
    if (last != process) {
      place(last, index);
      up(last);
      down(last);
    }
  }

  /** {@return the process that is due by then, taken out, or null} */
  @Nullable TrackedProcess poll(long nanos) {
    if (earliest() > nanos || size == 0) {
      return null;
    }
    TrackedProcess first = at(0);
    remove(first);
    return first;
  }

  private TrackedProcess at(int index) {
    TrackedProcess process = heap[index];
    if (process == null) {
      throw new IllegalStateException("no process at " + index);
    }
    return process;
  }

  private void place(TrackedProcess process, int index) {
    heap[index] = process;
    process.heapIndex = index;
  }

  private void up(TrackedProcess process) {
    int index = process.heapIndex;
    while (index > 0 && at((index - 1) / 2).wakeNanos > process.wakeNanos) {
      place(at((index - 1) / 2), index);
      index = (index - 1) / 2;
    }
    place(process, index);
  }

  private void down(TrackedProcess process) {
    int index = process.heapIndex;
    while (true) {
      int child = 2 * index + 1;
      if (child + 1 < size && at(child + 1).wakeNanos < at(child).wakeNanos) {
        child++;
      }
      if (child >= size || at(child).wakeNanos >= process.wakeNanos) {
        break;
      }
      place(at(child), index);
      index = child;
    }
    place(process, index);
  }
}
