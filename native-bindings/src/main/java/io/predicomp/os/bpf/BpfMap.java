package io.predicomp.os.bpf;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.OwnedFd;
import io.predicomp.os.libc.BpfAttr;
import io.predicomp.os.libc.TracingCalls;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory that programs in the kernel share with this process. Closing it does not detach them. */
public final class BpfMap implements AutoCloseable {
  // enum bpf_map_type
  private static final int BPF_MAP_TYPE_HASH = 1;
  private static final int BPF_MAP_TYPE_ARRAY = 2;
  private static final int BPF_MAP_TYPE_RINGBUF = 27;
  private static final int BPF_F_MMAPABLE = 1 << 10;

  private final OwnedFd fd;

  private BpfMap(int type, int keyBytes, int valueBytes, int entries, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      int result =
          TracingCalls.bpf(
              BpfAttr.MAP_CREATE, BpfAttr.map(arena, type, keyBytes, valueBytes, entries, flags));
      if (result < 0) {
        throw new ErrnoException(
            "bpf",
            -result,
            "BPF_MAP_CREATE, type=%d, key=%d bytes, value=%d bytes, entries=%d"
                .formatted(type, keyBytes, valueBytes, entries));
      }
      fd = new OwnedFd(result);
    }
  }

  /**
   * {@return a ring buffer}
   *
   * @param bytes its size: a power of two, at least a page
   * @throws ErrnoException if the kernel refuses: EPERM without privilege, EINVAL before Linux 5.8
   */
  public static BpfMap ringBuffer(int bytes) {
    return new BpfMap(BPF_MAP_TYPE_RINGBUF, 0, 0, bytes, 0);
  }

  /**
   * {@return zeroed memory of one array with one value, which can be mapped}
   *
   * @param bytes a multiple of 8
   * @throws ErrnoException if the kernel refuses
   */
  public static BpfMap memory(int bytes) {
    return new BpfMap(BPF_MAP_TYPE_ARRAY, Integer.BYTES, bytes, 1, BPF_F_MMAPABLE);
  }

  /**
   * {@return a hash table}
   *
   * @param entries the most it can hold
   * @throws ErrnoException if the kernel refuses
   */
  public static BpfMap hash(int keyBytes, int valueBytes, int entries) {
    return new BpfMap(BPF_MAP_TYPE_HASH, keyBytes, valueBytes, entries, 0);
  }

  /** {@return the descriptor's number, valid until close} */
  int fd() {
    return fd.number();
  }

  /**
   * {@return what {@link #memory} made, as memory of this process}
   *
   * @param bytes of the value
   */
  public Mapping map(int bytes) {
    return Mapping.shared(fd.number(), 0, bytes, Protection.READ_WRITE);
  }

  /** {@return whether there is an entry; {@code value} holds it then} */
  public boolean lookup(MemorySegment key, MemorySegment value) {
    return element(BpfAttr.MAP_LOOKUP_ELEM, "BPF_MAP_LOOKUP_ELEM", key, value);
  }

  /** Writes an entry, whether or not there was one. */
  public void update(MemorySegment key, MemorySegment value) {
    element(BpfAttr.MAP_UPDATE_ELEM, "BPF_MAP_UPDATE_ELEM", key, value);
  }

  /** {@return whether there was an entry to remove} */
  public boolean delete(MemorySegment key) {
    return element(BpfAttr.MAP_DELETE_ELEM, "BPF_MAP_DELETE_ELEM", key, MemorySegment.NULL);
  }

  /**
   * {@return whether there is a key after that one; {@code next} holds it then} If the key has
   * gone, the table is walked from its start again.
   *
   * @param key {@link MemorySegment#NULL}: the first is asked for
   */
  public boolean nextKey(MemorySegment key, MemorySegment next) {
    return element(BpfAttr.MAP_GET_NEXT_KEY, "BPF_MAP_GET_NEXT_KEY", key, next);
  }

  private boolean element(int command, String name, MemorySegment key, MemorySegment value) {
    try (Arena arena = Arena.ofConfined()) {
      int result = TracingCalls.bpf(command, BpfAttr.element(arena, fd(), key, value));
      if (result == -Errno.ENOENT.number()) {
        return false;
      }
      if (result < 0) {
        throw new ErrnoException("bpf", -result, name);
      }
      return true;
    }
  }

  @Override
  public void close() {
    fd.close();
  }
}
