package io.predicomp.os.libc;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;

/**
 * The arguments of bpf(2), parts of {@code union bpf_attr} ({@code linux/bpf.h}).
 *
 * <pre>{@code
 * struct {                      // BPF_MAP_CREATE
 *   __u32 map_type;
 *   __u32 key_size;
 *   __u32 value_size;
 *   __u32 max_entries;
 *   __u32 map_flags;
 * };
 * struct {                      // BPF_MAP_*_ELEM, BPF_MAP_GET_NEXT_KEY
 *   __u32         map_fd;
 *   __aligned_u64 key;
 *   __aligned_u64 value;        // or next_key
 *   __u64         flags;
 * };
 * struct {                      // BPF_PROG_LOAD
 *   __u32         prog_type;
 *   __u32         insn_cnt;
 *   __aligned_u64 insns;
 *   __aligned_u64 license;
 *   __u32         log_level;
 *   __u32         log_size;
 *   __aligned_u64 log_buf;
 *   __u32         kern_version;
 *   __u32         prog_flags;
 *   char          prog_name[16];
 * };
 * }</pre>
 */
public final class BpfAttr {
  // enum bpf_cmd
  public static final int MAP_CREATE = 0;
  public static final int MAP_LOOKUP_ELEM = 1;
  public static final int MAP_UPDATE_ELEM = 2;
  public static final int MAP_DELETE_ELEM = 3;
  public static final int MAP_GET_NEXT_KEY = 4;
  public static final int PROG_LOAD = 5;

  static final StructLayout MAP_LAYOUT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("map_type"),
          JAVA_INT.withName("key_size"),
          JAVA_INT.withName("value_size"),
          JAVA_INT.withName("max_entries"),
          JAVA_INT.withName("map_flags"));

  static final StructLayout ELEMENT_LAYOUT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("map_fd"),
          MemoryLayout.paddingLayout(4),
          JAVA_LONG.withName("key"),
          JAVA_LONG.withName("value"),
          JAVA_LONG.withName("flags"));

  static final StructLayout PROGRAM_LAYOUT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("prog_type"),
          JAVA_INT.withName("insn_cnt"),
          JAVA_LONG.withName("insns"),
          JAVA_LONG.withName("license"),
          JAVA_INT.withName("log_level"),
          JAVA_INT.withName("log_size"),
          JAVA_LONG.withName("log_buf"),
          JAVA_INT.withName("kern_version"),
          JAVA_INT.withName("prog_flags"),
          MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("prog_name"));

  private static final int NAME_CHARACTERS = 15;

  private static final long KEY = ELEMENT_LAYOUT.byteOffset(groupElement("key"));
  private static final long VALUE = ELEMENT_LAYOUT.byteOffset(groupElement("value"));
  private static final long INSN_CNT = PROGRAM_LAYOUT.byteOffset(groupElement("insn_cnt"));
  private static final long INSNS = PROGRAM_LAYOUT.byteOffset(groupElement("insns"));
  private static final long LICENSE = PROGRAM_LAYOUT.byteOffset(groupElement("license"));
  private static final long LOG_LEVEL = PROGRAM_LAYOUT.byteOffset(groupElement("log_level"));
  private static final long LOG_SIZE = PROGRAM_LAYOUT.byteOffset(groupElement("log_size"));
  private static final long LOG_BUF = PROGRAM_LAYOUT.byteOffset(groupElement("log_buf"));
  private static final long PROG_NAME = PROGRAM_LAYOUT.byteOffset(groupElement("prog_name"));

  private BpfAttr() {}

  /**
   * {@return the arguments that create a map}
   *
   * @param type of {@code enum bpf_map_type}
   */
  public static MemorySegment map(
      SegmentAllocator allocator, int type, int keyBytes, int valueBytes, int entries, int flags) {
    MemorySegment attributes = allocator.allocate(MAP_LAYOUT);
    int index = 0;
    for (int each : new int[] {type, keyBytes, valueBytes, entries, flags}) {
      attributes.setAtIndex(JAVA_INT, index++, each);
    }
    return attributes;
  }

  /** {@return the arguments for one element, with flags 0} Both segments have to live as long. */
  public static MemorySegment element(
      SegmentAllocator allocator, int mapFd, MemorySegment key, MemorySegment value) {
    MemorySegment attributes = allocator.allocate(ELEMENT_LAYOUT);
    attributes.set(JAVA_INT, 0, mapFd);
    attributes.set(JAVA_LONG, KEY, key.address());
    attributes.set(JAVA_LONG, VALUE, value.address());
    return attributes;
  }

  /**
   * {@return the arguments that load a program} What they point to comes from the same allocator
   * and has to live as long.
   *
   * @param type of {@code enum bpf_prog_type}
   * @param name shown by tools; only its first 15 characters count
   * @param log receives what the verifier has to say; empty: nothing is asked for
   */
  public static MemorySegment program(
      SegmentAllocator allocator, int type, String name, long[] instructions, MemorySegment log) {
    MemorySegment code = allocator.allocateFrom(JAVA_LONG, instructions);
    MemorySegment attributes = allocator.allocate(PROGRAM_LAYOUT);
    attributes.set(JAVA_INT, 0, type);
    attributes.set(JAVA_INT, INSN_CNT, instructions.length);
    attributes.set(JAVA_LONG, INSNS, code.address());
    attributes.set(JAVA_LONG, LICENSE, allocator.allocateFrom("GPL").address());
    if (log.byteSize() > 0) {
      attributes.set(JAVA_INT, LOG_LEVEL, 1);
      attributes.set(JAVA_INT, LOG_SIZE, (int) log.byteSize());
      attributes.set(JAVA_LONG, LOG_BUF, log.address());
    }
    attributes.setString(
        PROG_NAME, name.length() > NAME_CHARACTERS ? name.substring(0, NAME_CHARACTERS) : name);
    return attributes;
  }
}
