package io.predicomp.os.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A little off-heap memory per thread, for what a C function writes while it is called: errno, and
 * structs whose fields are read before the next call.
 *
 * <pre>
 *   0          16                      256
 *   +----------+-------------------------+
 *   | errno    | struct of one call      |
 *   +----------+-------------------------+
 * </pre>
 *
 * It is allocated at a thread's first call and freed after the thread ends. A virtual thread has
 * its own as well; one buffer per carrier thread would be smaller, but nothing public names the
 * carrier, and a pool of buffers would have to wait when every buffer is in a blocking call.
 */
final class ThreadScratch {
  /** The room for a struct, in bytes. */
  static final long STRUCT_SIZE = 240;

  private static final long STRUCT_OFFSET = 16;
  private static final ThreadLocal<Buffer> BUFFERS = ThreadLocal.withInitial(Buffer::new);

  private ThreadScratch() {}

  /** {@return the whole buffer of the calling thread; errno is captured at its start} */
  static MemorySegment segment() {
    return BUFFERS.get().whole;
  }

  /** {@return the struct part, aligned to 16 bytes, holding whatever the last user left} */
  static MemorySegment struct() {
    return BUFFERS.get().struct;
  }

  private static final class Buffer {
    final MemorySegment whole = Arena.ofAuto().allocate(STRUCT_OFFSET + STRUCT_SIZE, STRUCT_OFFSET);
    final MemorySegment struct = whole.asSlice(STRUCT_OFFSET, STRUCT_SIZE);
  }
}
