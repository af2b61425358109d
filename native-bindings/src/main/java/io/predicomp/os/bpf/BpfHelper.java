package io.predicomp.os.bpf;

/** A function of the kernel that programs call: numbers of {@code linux/bpf.h}. */
public enum BpfHelper {
  /** {@code void *(map, key)}: address of the value, or 0. */
  MAP_LOOKUP_ELEM(1),
  /** {@code long (map, key, value, flags)}. */
  MAP_UPDATE_ELEM(2),
  /** {@code u64 ()}: CLOCK_MONOTONIC, in nanoseconds. */
  KTIME_GET_NS(5),
  /** {@code u64 ()}: process id in the upper half, thread id in the lower. */
  GET_CURRENT_PID_TGID(14),
  /** {@code long (buffer, bytes)}: the thread's name. */
  GET_CURRENT_COMM(16),
  /** {@code u64 ()}: address of the thread's {@code task_struct}. */
  GET_CURRENT_TASK(35),
  /** {@code long (to, bytes, from)}: copies kernel memory. */
  PROBE_READ_KERNEL(113),
  /** {@code long (ring, data, bytes, flags)}: negative if the ring buffer is full. */
  RINGBUF_OUTPUT(130);

  private final int number;

  BpfHelper(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
