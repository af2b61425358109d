package io.predicomp.os.libc;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;

/**
 * The arguments of two commands of bpf(2), parts of {@code union bpf_attr} ({@code linux/bpf.h}).
 *
 * <pre>{@code
 * struct {                      // BPF_MAP_CREATE
 *   __u32 map_type;
 *   __u32 key_size;
 *   __u32 value_size;
 *   __u32 max_entries;
 *   __u32 map_flags;
 * };
 * struct {                      // BPF_PROG_LOAD
 *   __u32         prog_type;
 *   __u32         insn_cnt;
 *   __aligned_u64 insns;
 *   __aligned_u64 license;
 * };
 * }</pre>
 */
public final class BpfAttr {
  /** {@code BPF_MAP_CREATE} of {@code enum bpf_cmd}. */
  public static final int MAP_CREATE = 0;

  /** {@code BPF_PROG_LOAD} of {@code enum bpf_cmd}. */
  public static final int PROG_LOAD = 5;

  static final StructLayout MAP_LAYOUT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("map_type"),
          JAVA_INT.withName("key_size"),
          JAVA_INT.withName("value_size"),
          JAVA_INT.withName("max_entries"),
          JAVA_INT.withName("map_flags"));

  static final StructLayout PROGRAM_LAYOUT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("prog_type"),
          JAVA_INT.withName("insn_cnt"),
          JAVA_LONG.withName("insns"),
          JAVA_LONG.withName("license"));

  private static final int BPF_MAP_TYPE_RINGBUF = 27;
  private static final int BPF_PROG_TYPE_TRACEPOINT = 5;

  // struct bpf_insn { __u8 code; __u8 dst_reg:4, src_reg:4; __s16 off; __s32 imm; }, little-endian
  private static final long MOVE_0_TO_R0 = 0xb7; // BPF_ALU64 | BPF_MOV | BPF_K, linux/bpf_common.h
  private static final long EXIT = 0x95; // BPF_JMP | BPF_EXIT

  private static final long MAP_TYPE = MAP_LAYOUT.byteOffset(groupElement("map_type"));
  private static final long MAX_ENTRIES = MAP_LAYOUT.byteOffset(groupElement("max_entries"));
  private static final long PROG_TYPE = PROGRAM_LAYOUT.byteOffset(groupElement("prog_type"));
  private static final long INSN_CNT = PROGRAM_LAYOUT.byteOffset(groupElement("insn_cnt"));
  private static final long INSNS = PROGRAM_LAYOUT.byteOffset(groupElement("insns"));
  private static final long LICENSE = PROGRAM_LAYOUT.byteOffset(groupElement("license"));

  private BpfAttr() {}

  /**
   * {@return the arguments that create a ring buffer}
   *
   * @param bytes its size: a power of two, at least a page
   */
  public static MemorySegment ringBuffer(SegmentAllocator allocator, int bytes) {
    MemorySegment attributes = allocator.allocate(MAP_LAYOUT);
    attributes.set(JAVA_INT, MAP_TYPE, BPF_MAP_TYPE_RINGBUF);
    attributes.set(JAVA_INT, MAX_ENTRIES, bytes);
    return attributes;
  }

  /**
   * {@return the arguments that load a tracepoint program which does nothing} What they point to
   * comes from the same allocator and has to live as long.
   */
  public static MemorySegment emptyTracepointProgram(SegmentAllocator allocator) {
    MemorySegment instructions = allocator.allocateFrom(JAVA_LONG, MOVE_0_TO_R0, EXIT);
    MemorySegment attributes = allocator.allocate(PROGRAM_LAYOUT);
    attributes.set(JAVA_INT, PROG_TYPE, BPF_PROG_TYPE_TRACEPOINT);
    attributes.set(JAVA_INT, INSN_CNT, 2);
    attributes.set(JAVA_LONG, INSNS, instructions.address());
    attributes.set(JAVA_LONG, LICENSE, allocator.allocateFrom("GPL").address());
    return attributes;
  }
}
