package io.predicomp.os.bpf;

import static io.predicomp.os.bpf.BpfAssembler.Condition.ANY_BIT;
import static io.predicomp.os.bpf.BpfAssembler.Condition.EQUAL;
import static io.predicomp.os.bpf.BpfAssembler.Condition.NOT_EQUAL;
import static io.predicomp.os.bpf.BpfAssembler.Size.DOUBLE;
import static io.predicomp.os.bpf.BpfAssembler.Size.WORD;
import static io.predicomp.os.bpf.BpfRegister.R0;
import static io.predicomp.os.bpf.BpfRegister.R1;
import static io.predicomp.os.bpf.BpfRegister.R10;
import static io.predicomp.os.bpf.BpfRegister.R2;
import static io.predicomp.os.bpf.BpfRegister.R3;
import static io.predicomp.os.bpf.BpfRegister.R4;
import static io.predicomp.os.bpf.BpfRegister.R6;
import static io.predicomp.os.bpf.BpfRegister.R7;
import static io.predicomp.os.bpf.BpfRegister.R8;
import static io.predicomp.os.bpf.BpfRegister.R9;

import io.predicomp.os.bpf.BpfAssembler.Size;
import io.predicomp.os.bpf.Tracepoint.Field;
import io.predicomp.os.process.ProcessEvent.Kind;
import java.io.IOException;
import java.util.Optional;

/**
 * Writes the programs that report forks, execs and exits, each event as one record:
 *
 * <pre>
 *   0      4       8        12       16      24       28       32            48
 *   +------+-------+--------+--------+-------+--------+--------+-------------+
 *   | kind |  pid  | thread | parent | nanos | status |   0    |    name     |
 *   +------+-------+--------+--------+-------+--------+--------+-------------+
 * </pre>
 *
 * The record is made on the stack. Forks are taken from {@code task_newtask} and not from {@code
 * sched_process_fork}, which does not tell threads from processes; both are hit once for each.
 */
final class LifecycleCode {
  static final int RECORD_BYTES = 48;
  static final int KIND = 0;
  static final int PID = 4;
  static final int THREAD = 8;
  static final int PARENT = 12;
  static final int NANOS = 16;
  static final int STATUS = 24;
  static final int NAME = 32;

  private static final int NAME_BYTES = RECORD_BYTES - NAME;
  private static final int SCRATCH = -RECORD_BYTES - Long.BYTES;
  private static final int CLONE_THREAD = 0x00010000; // linux/sched.h

  /**
   * Offsets into {@code struct task_struct}, which no tracepoint has the fields of.
   *
   * @param realParent a pointer to another one
   */
  record TaskOffsets(int exitCode, int realParent, int tgid) {
    /** {@return the offsets, or empty if the types do not have them all} */
    static Optional<TaskOffsets> of(KernelTypes types) {
      var exitCode = types.offset("task_struct", "exit_code");
      var realParent = types.offset("task_struct", "real_parent");
      var tgid = types.offset("task_struct", "tgid");
      return exitCode.isPresent() && realParent.isPresent() && tgid.isPresent()
          ? Optional.of(
              new TaskOffsets(exitCode.getAsInt(), realParent.getAsInt(), tgid.getAsInt()))
          : Optional.empty();
    }
  }

  private final BpfMap ring;
  private final BpfMap lost;
  private final boolean threads;
  private final Optional<TaskOffsets> task;

  /**
   * @param lost of which the first 8 bytes are counted up for each record that found no room
   * @param threads whether threads are reported, too
   */
  LifecycleCode(BpfMap ring, BpfMap lost, boolean threads, Optional<TaskOffsets> task) {
    this.ring = ring;
    this.lost = lost;
    this.threads = threads;
    this.task = task;
  }

  /** For {@code task/task_newtask}, which the maker of the new thread hits. */
  long[] fork(Tracepoint newTask) throws IOException {
    BpfAssembler code = begin();
    load(code, R7, newTask.field("clone_flags"));
    if (!threads) {
      code.jumpIf(ANY_BIT, R7, CLONE_THREAD, "done");
    }
    load(code, R8, newTask.field("pid"));
    code.call(BpfHelper.GET_CURRENT_PID_TGID).move(R9, R0).shiftRight(R9, 32);
    kind(code, Kind.FORK).store(WORD, R10, at(PID), R8);
    if (threads) {
      code.jumpIf(ANY_BIT, R7, CLONE_THREAD, "thread").jump("emit");
      kind(code.label("thread"), Kind.THREAD_START).store(WORD, R10, at(PID), R9).label("emit");
    }
    code.store(WORD, R10, at(THREAD), R8).store(WORD, R10, at(PARENT), R9);
    return emit(code);
  }

  /** For {@code sched/sched_process_exec}. */
  long[] exec() {
    BpfAssembler code = begin();
    current(kind(code, Kind.EXEC));
    parent(code);
    return emit(code);
  }

  /** For {@code sched/sched_process_exit}, which each thread hits. */
  long[] exit(Tracepoint exit) {
    BpfAssembler code = begin();
    Optional<Field> last = exit.find("group_dead");
    current(kind(code, Kind.EXIT));
    String notLast = threads ? "thread" : "done";
    if (last.isPresent()) {
      load(code, R7, last.get());
      code.jumpIf(EQUAL, R7, 0, notLast);
    } else {
      // Older kernels do not say: the process goes with its first thread, nearly always the last.
      code.jumpIf(NOT_EQUAL, R8, R9, notLast);
    }
    if (threads) {
      kind(code.jump("emit").label("thread"), Kind.THREAD_EXIT).label("emit");
    }
    parent(code);
    task.ifPresent(
        offsets ->
            code.call(BpfHelper.GET_CURRENT_TASK)
                .move(R3, R0)
                .add(R3, offsets.exitCode())
                .move(R2, Integer.BYTES)
                .move(R1, R10)
                .add(R1, at(STATUS))
                .call(BpfHelper.PROBE_READ_KERNEL));
    return emit(code);
  }

  private static BpfAssembler begin() {
    return new BpfAssembler()
        .move(R6, R1)
        .store(DOUBLE, R10, at(THREAD), 0)
        .store(DOUBLE, R10, at(STATUS), 0)
        .store(WORD, R10, at(STATUS), -1);
  }

  private static BpfAssembler kind(BpfAssembler code, Kind kind) {
    return code.store(WORD, R10, at(KIND), kind.code());
  }

  private static void load(BpfAssembler code, BpfRegister to, Field field) {
    code.load(Size.of(field.size()), to, R6, field.offset());
  }

  /** The thread that runs into R8, its process into R9, both into the record. */
  private static void current(BpfAssembler code) {
    code.call(BpfHelper.GET_CURRENT_PID_TGID)
        .moveLower(R8, R0)
        .move(R9, R0)
        .shiftRight(R9, 32)
        .store(WORD, R10, at(PID), R9)
        .store(WORD, R10, at(THREAD), R8);
  }

  /** {@code record.parent = current->real_parent->tgid}. */
  private void parent(BpfAssembler code) {
    task.ifPresent(
        offsets ->
            code.call(BpfHelper.GET_CURRENT_TASK)
                .move(R3, R0)
                .add(R3, offsets.realParent())
                .move(R2, Long.BYTES)
                .move(R1, R10)
                .add(R1, SCRATCH)
                .call(BpfHelper.PROBE_READ_KERNEL)
                .load(DOUBLE, R3, R10, SCRATCH)
                .add(R3, offsets.tgid())
                .move(R2, Integer.BYTES)
                .move(R1, R10)
                .add(R1, at(PARENT))
                .call(BpfHelper.PROBE_READ_KERNEL));
  }

  private long[] emit(BpfAssembler code) {
    return code.call(BpfHelper.KTIME_GET_NS)
        .store(DOUBLE, R10, at(NANOS), R0)
        .move(R1, R10)
        .add(R1, at(NAME))
        .move(R2, NAME_BYTES)
        .call(BpfHelper.GET_CURRENT_COMM)
        .loadMap(R1, ring)
        .move(R2, R10)
        .add(R2, at(0))
        .move(R3, RECORD_BYTES)
        .move(R4, 0)
        .call(BpfHelper.RINGBUF_OUTPUT)
        .jumpIf(EQUAL, R0, 0, "done")
        .loadMapValue(R1, lost, 0)
        .move(R2, 1)
        .atomicAdd(R1, 0, R2)
        .label("done")
        .move(R0, 0)
        .exit()
        .instructions();
  }

  /** Where on the stack a field of the record is, from R10. */
  private static int at(int field) {
    return field - RECORD_BYTES;
  }
}
