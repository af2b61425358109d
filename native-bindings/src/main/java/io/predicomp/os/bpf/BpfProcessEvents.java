package io.predicomp.os.bpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.bpf.LifecycleCode.TaskOffsets;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.process.ProcessEvent;
import io.predicomp.os.process.ProcessEventSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Every fork, exec and exit of this machine, by programs at tracepoints that write into a ring
 * buffer. Process ids are those of the first pid namespace. For one thread; {@link #drain}
 * allocates nothing.
 */
public final class BpfProcessEvents implements ProcessEventSource {
  /** Room for 149,000 events. */
  public static final int RING_BYTES = 8 << 20;

  private static final int LOST_BYTES = Long.BYTES;

  private final Attached attached = new Attached();
  private final ProcessEvent event = new ProcessEvent();
  private final BpfRingBuffer.RecordReader reader = this::read;
  private final BpfRingBuffer ring;
  private final MemorySegment lost;
  private final String description;
  private Consumer<ProcessEvent> consumer = _ -> {};

  private BpfProcessEvents(boolean threads, int ringBytes) throws IOException {
    boolean complete = false;
    try (Tracefs tracefs = Tracefs.open()) {
      BpfMap ringMap = attached.add(BpfMap.ringBuffer(ringBytes));
      BpfMap lostMap = attached.add(BpfMap.memory(LOST_BYTES));
      Mapping lostMemory = attached.add(lostMap.map(LOST_BYTES));
      lost = lostMemory.segment();
      ring = attached.add(new BpfRingBuffer(ringMap, ringBytes));
      Optional<TaskOffsets> task = taskOffsets();
      description =
          "eBPF programs at tracepoints ("
              + tracefs.place()
              + (task.isPresent() ? ")" : "; exit codes are unknown: the kernel shows no BTF)");
      LifecycleCode code = new LifecycleCode(ringMap, lostMap, threads, task);
      Tracepoint fork = tracefs.tracepoint("task/task_newtask");
      Tracepoint exec = tracefs.tracepoint("sched/sched_process_exec");
      Tracepoint exit = tracefs.tracepoint("sched/sched_process_exit");
      attached.attach("predicomp_exit", code.exit(exit), exit);
      attached.attach("predicomp_exec", code.exec(), exec);
      attached.attach("predicomp_fork", code.fork(fork), fork);
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  /**
   * {@return the events from now on}
   *
   * @param threads whether threads are reported, too
   * @param ringBytes of the ring buffer: a power of two, at least a page
   * @throws ErrnoException if the kernel refuses, such as EPERM without privilege
   * @throws BpfVerifierException if it refuses a program
   * @throws IOException if it does not describe its tracepoints
   */
  public static BpfProcessEvents open(boolean threads, int ringBytes) throws IOException {
    return new BpfProcessEvents(threads, ringBytes);
  }

  private static Optional<TaskOffsets> taskOffsets() {
    try {
      return TaskOffsets.of(KernelTypes.read());
    } catch (IOException e) {
      return Optional.empty(); // said in the description
    }
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public OptionalInt fd() {
    return OptionalInt.of(ring.fd());
  }

  @Override
  public int drain(Consumer<ProcessEvent> consumer, int most) {
    this.consumer = consumer;
    return ring.drain(reader, most);
  }

  private void read(MemorySegment memory, long offset, int length) {
    event
        .set(
            ProcessEvent.Kind.ofCode(memory.get(JAVA_INT, offset + LifecycleCode.KIND)),
            memory.get(JAVA_LONG, offset + LifecycleCode.NANOS),
            memory.get(JAVA_INT, offset + LifecycleCode.PID),
            memory.get(JAVA_INT, offset + LifecycleCode.THREAD))
        .setParent(memory.get(JAVA_INT, offset + LifecycleCode.PARENT))
        .setStatus(memory.get(JAVA_INT, offset + LifecycleCode.STATUS));
    byte[] name = event.nameBytes();
    MemorySegment.copy(memory, JAVA_BYTE, offset + LifecycleCode.NAME, name, 0, name.length);
    consumer.accept(event);
  }

  @Override
  public long lost() {
    return lost.get(JAVA_LONG, 0);
  }

  @Override
  public void close() {
    attached.close();
  }
}
