package io.predicomp.os.libc;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;

/**
 * What a performance event counts, in its first published size, {@code PERF_ATTR_SIZE_VER0} ({@code
 * linux/perf_event.h}).
 *
 * <pre>{@code
 * struct perf_event_attr {
 *   __u32 type;
 *   __u32 size;
 *   __u64 config;
 *   __u64 sample_period;
 *   __u64 sample_type;
 *   __u64 read_format;
 *   __u64 disabled : 1, ... ;   // flags
 *   __u32 wakeup_events;
 *   __u32 bp_type;
 *   __u64 config1;
 * };
 * }</pre>
 */
public final class PerfEventAttr {
  /** {@code PERF_FLAG_FD_CLOEXEC}. */
  public static final long CLOSE_ON_EXEC = 1L << 3;

  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("type"),
          JAVA_INT.withName("size"),
          JAVA_LONG.withName("config"),
          JAVA_LONG.withName("sample_period"),
          JAVA_LONG.withName("sample_type"),
          JAVA_LONG.withName("read_format"),
          JAVA_LONG.withName("flags"),
          JAVA_INT.withName("wakeup_events"),
          JAVA_INT.withName("bp_type"),
          JAVA_LONG.withName("config1"));

  /** {@code PERF_EVENT_IOC_ENABLE}. */
  public static final long ENABLE = Ioctl.plain('$', 0);

  /** {@code PERF_EVENT_IOC_SET_BPF}. */
  public static final long SET_BPF = Ioctl.write('$', 8, Integer.BYTES);

  private static final int PERF_TYPE_SOFTWARE = 1;
  private static final int PERF_TYPE_TRACEPOINT = 2;
  private static final long PERF_COUNT_SW_DUMMY = 9;
  private static final long DISABLED = 1;

  private static final long TYPE = LAYOUT.byteOffset(groupElement("type"));
  private static final long SIZE = LAYOUT.byteOffset(groupElement("size"));
  private static final long CONFIG = LAYOUT.byteOffset(groupElement("config"));
  private static final long FLAGS = LAYOUT.byteOffset(groupElement("flags"));

  private PerfEventAttr() {}

  /** {@return an event that counts nothing and is off} */
  public static MemorySegment dummy(SegmentAllocator allocator) {
    return event(allocator, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_DUMMY);
  }

  /**
   * {@return the event of a tracepoint, off until enabled}
   *
   * @param id the kernel's number of the tracepoint
   */
  public static MemorySegment tracepoint(SegmentAllocator allocator, int id) {
    return event(allocator, PERF_TYPE_TRACEPOINT, id);
  }

  private static MemorySegment event(SegmentAllocator allocator, int type, long config) {
    MemorySegment attributes = allocator.allocate(LAYOUT);
    attributes.set(JAVA_INT, TYPE, type);
    attributes.set(JAVA_INT, SIZE, (int) LAYOUT.byteSize());
    attributes.set(JAVA_LONG, CONFIG, config);
    attributes.set(JAVA_LONG, FLAGS, DISABLED);
    return attributes;
  }
}
