package io.predicomp.os.libc;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;

/**
 * The handshake of a userfaultfd ({@code linux/userfaultfd.h}).
 *
 * <pre>{@code
 * struct uffdio_api {
 *   __u64 api;       // in: UFFD_API
 *   __u64 features;  // in: wanted, out: available
 *   __u64 ioctls;    // out
 * };
 * }</pre>
 */
public final class UffdioApi {
  /**
   * {@code UFFD_USER_MODE_ONLY}, a flag of userfaultfd(2): faults of the kernel are not handled.
   */
  public static final int USER_MODE_ONLY = 1;

  static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("api"), JAVA_LONG.withName("features"), JAVA_LONG.withName("ioctls"));

  private static final long UFFD_API = 0xAA;

  /** {@code UFFDIO_API}: {@code _IOWR(UFFDIO, _UFFDIO_API, struct uffdio_api)}. */
  public static final long REQUEST = Ioctl.readWrite(0xAA, 0x3F, LAYOUT.byteSize());

  private static final long API = LAYOUT.byteOffset(groupElement("api"));
  private static final long FEATURES = LAYOUT.byteOffset(groupElement("features"));

  private UffdioApi() {}

  /** {@return a struct that asks for no feature; the kernel writes which there are} */
  public static MemorySegment allocate(SegmentAllocator allocator) {
    MemorySegment struct = allocator.allocate(LAYOUT);
    struct.set(JAVA_LONG, API, UFFD_API);
    return struct;
  }

  /** {@return the features, as bits {@code UFFD_FEATURE_*}} */
  public static long features(MemorySegment struct) {
    return struct.get(JAVA_LONG, FEATURES);
  }
}
