package io.predicomp.os.memory;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.SystemPage;
import io.predicomp.os.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Private anonymous memory from the kernel: zero until written, physical pages given on first
 * touch, nothing reserved beforehand. Or memory that is shared with the kernel. Thread-safe, but
 * for one of {@link #confined}.
 *
 * <p>{@link #close()} unmaps it. Afterwards {@link #segment()}, and every slice taken of it, throws
 * {@link IllegalStateException} on access; code that uses the raw {@link #address()} must itself
 * make sure that nobody does so any more, for another mapping may take the place.
 */
public final class Mapping implements AutoCloseable {
  private static final int MAP_SHARED = 0x01; // linux/mman.h
  private static final int MAP_PRIVATE = 0x02; // linux/mman.h
  private static final int MAP_ANONYMOUS = 0x20; // asm-generic/mman-common.h
  private static final int MAP_NORESERVE = 0x4000; // asm-generic/mman.h

  static final int PRIVATE_ANONYMOUS = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

  private record AddressRange(long address, long bytes) {}

  /** Closed, without memory, but not unmapped yet. */
  private static final Queue<AddressRange> STILL_MAPPED = new ConcurrentLinkedQueue<>();

  private final Arena lifetime;
  private final MemorySegment segment;

  @SuppressWarnings({"restricted", "MustBeClosedChecker"}) // close() closes it
  private Mapping(long address, long bytes, boolean confined) {
    lifetime = confined ? Arena.ofConfined() : Arena.ofShared();
    segment =
        MemorySegment.ofAddress(address).reinterpret(bytes, lifetime, all -> unmap(address, bytes));
  }

  /**
   * {@return a new readable and writable mapping}
   *
   * @param bytes its size, rounded up to whole system pages
   * @param advice given for the whole of it before anybody can touch it
   * @throws IllegalArgumentException if {@code bytes} is not positive, or too large to round up
   * @throws ErrnoException if the kernel refuses; {@link ErrnoException#isOutOfMemory()} then says
   *     whether for want of address space, mappings or memory
   */
  public static Mapping anonymous(long bytes, MemoryAdvice... advice) {
    return map(bytes, false, advice);
  }

  /**
   * {@return a new mapping as {@link #anonymous} gives, for the calling thread alone} Nobody else
   * may access or close it, so that closing it need not stop the other threads.
   *
   * @param bytes its size, rounded up to whole system pages
   */
  public static Mapping confined(long bytes) {
    return map(bytes, true);
  }

  private static Mapping map(long bytes, boolean confined, MemoryAdvice... advice) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("a mapping has at least 1 byte, not " + bytes);
    }
    long size = SystemPage.roundUp(bytes);
    long address = Libc.mmap(0, size, Protection.READ_WRITE.constant(), PRIVATE_ANONYMOUS, -1, 0);
    if (address < 0) {
      throw new ErrnoException(
          "mmap",
          (int) -address,
          "length="
              + size
              + " bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE");
    }
    Mapping mapping = new Mapping(address, size, confined);
    try {
      for (MemoryAdvice each : advice) {
        mapping.advise(each, 0, size);
      }
    } catch (RuntimeException e) {
      try {
        mapping.close();
      } catch (RuntimeException inClose) {
        e.addSuppressed(inClose);
      }
      throw e;
    }
    return mapping;
  }

  /**
   * {@return memory of a kernel object, shared with it}
   *
   * @param fd the object's descriptor, which may be closed afterwards
   * @param offset into the object in bytes, a multiple of the system page size
   * @param bytes the size, rounded up to whole system pages
   * @throws ErrnoException if the kernel refuses
   */
  public static Mapping shared(int fd, long offset, long bytes, Protection protection) {
    long size = SystemPage.roundUp(bytes);
    long address = Libc.mmap(0, size, protection.constant(), MAP_SHARED, fd, offset);
    if (address < 0) {
      throw new ErrnoException(
          "mmap",
          (int) -address,
          "length=%d bytes, %s, MAP_SHARED, fd=%d, offset=%d"
              .formatted(size, protection, fd, offset));
    }
    return new Mapping(address, size, false);
  }

  /** {@return the address of the first byte, a multiple of the system page size} */
  public long address() {
    return segment.address();
  }

  /** {@return the size in bytes, a multiple of the system page size} */
  public long byteSize() {
    return segment.byteSize();
  }

  /** {@return the mapping as a segment that any thread may use until {@link #close()}} */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * Advises the kernel about a part of the mapping.
   *
   * @param offset of the first byte, a multiple of the system page size
   * @param length in bytes, rounded up to whole system pages by the kernel
   * @throws IndexOutOfBoundsException if the range is not inside the mapping
   * @throws IllegalStateException if the mapping is closed
   * @throws ErrnoException if the kernel refuses, for instance an unaligned offset or an advice it
   *     does not know (EINVAL)
   */
  public void advise(MemoryAdvice advice, long offset, long length) {
    int result = Libc.madvise(range(offset, length), advice.constant());
    if (result == -Errno.EINVAL.number()
        && advice == MemoryAdvice.NOHUGEPAGE
        && SystemPage.isAligned(offset)) {
      // All that is left to object to is the advice: the kernel was built without huge pages, so
      // what was asked for is already so.
      return;
    }
    if (result < 0) {
      throw new ErrnoException(
          "madvise", -result, describe(offset, length) + ", advice=MADV_" + advice);
    }
  }

  /**
   * Gives the memory of a part back to the kernel; it reads as zero afterwards. Locked memory is
   * given back as well, since Linux 5.18.
   *
   * @param offset of the first byte, a multiple of the system page size
   * @param length in bytes, a multiple of the system page size
   * @throws IndexOutOfBoundsException if the range is not inside the mapping
   * @throws ErrnoException if the kernel refuses: an unaligned offset (EINVAL)
   */
  public void discard(long offset, long length) {
    int result = MadviseDiscarder.discard(addressOf(offset, length), length);
    if (result < 0) {
      throw new ErrnoException(
          "madvise", -result, describe(offset, length) + ", advice=MADV_DONTNEED");
    }
  }

  /**
   * Faults a part of the mapping in for writing by one call, which costs less than a fault for each
   * page. Since Linux 5.14.
   *
   * @param offset of the first byte, a multiple of the system page size
   * @param length in bytes, rounded up to whole system pages by the kernel
   * @return whether all of it is in memory; if not, the rest comes when it is touched
   * @throws IndexOutOfBoundsException if the range is not inside the mapping
   * @throws IllegalStateException if the mapping is closed
   */
  public boolean populate(long offset, long length) {
    long from = addressOf(offset, length);
    return Libc.madvise(from, length, MemoryAdvice.POPULATE_WRITE.constant()) == 0;
  }

  /**
   * Keeps the mapping in memory, and brings all of it there now: {@code mlock(2)}, until it is
   * closed.
   *
   * @throws IllegalStateException if the mapping is closed
   * @throws ErrnoException ENOMEM or EPERM if {@code RLIMIT_MEMLOCK} forbids it
   */
  public void lock() {
    int result = Libc.mlock(segment);
    if (result < 0) {
      throw new ErrnoException("mlock", -result, describe(0, byteSize()));
    }
  }

  /**
   * Changes what may be done with a part of the mapping. Accesses that are then forbidden crash the
   * process or, where the JVM can tell, throw {@link InternalError}.
   *
   * @param offset of the first byte, a multiple of the system page size
   * @param length in bytes, rounded up to whole system pages by the kernel
   * @throws IndexOutOfBoundsException if the range is not inside the mapping
   * @throws IllegalStateException if the mapping is closed
   * @throws ErrnoException if the kernel refuses: an unaligned offset (EINVAL), or one mapping too
   *     many for the process (ENOMEM)
   */
  public void protect(Protection protection, long offset, long length) {
    int result = Libc.mprotect(range(offset, length), protection.constant());
    if (result < 0) {
      throw new ErrnoException(
          "mprotect", -result, describe(offset, length) + ", protection=" + protection);
    }
  }

  /**
   * Unmaps the memory; does nothing the second time. Where the process has as many mappings as it
   * may have, unmapping can take one more, because the kernel joins neighbours: then the memory is
   * given back at once, and its addresses when a later mapping is closed.
   *
   * @throws WrongThreadException if the mapping is {@link #confined} to another thread
   * @throws IllegalStateException if a native call is using the segment at this moment; the mapping
   *     stays open and can be closed later
   */
  @Override
  public void close() {
    synchronized (lifetime) {
      if (lifetime.scope().isAlive()) {
        lifetime.close();
      }
    }
  }

  @Override
  public String toString() {
    return "Mapping[address=0x"
        + Long.toHexString(address())
        + ", byteSize="
        + byteSize()
        + (lifetime.scope().isAlive() ? "]" : ", closed]");
  }

  private MemorySegment range(long offset, long length) {
    Objects.checkFromIndexSize(offset, length, byteSize());
    return segment.asSlice(offset, length);
  }

  /** As {@link #range} for calls that must not allocate; the caller does not close meanwhile. */
  private long addressOf(long offset, long length) {
    Objects.checkFromIndexSize(offset, length, byteSize());
    if (!lifetime.scope().isAlive()) {
      throw new IllegalStateException("Already closed");
    }
    return segment.address() + offset;
  }

  private String describe(long offset, long length) {
    return "address=0x"
        + Long.toHexString(address() + offset)
        + ", length="
        + length
        + " bytes at offset "
        + offset;
  }

  private static void unmap(long address, long bytes) {
    int result = Libc.munmap(address, bytes);
    if (result == -Errno.ENOMEM.number()) {
      result = MadviseDiscarder.discard(address, bytes);
      STILL_MAPPED.add(new AddressRange(address, bytes));
    } else {
      unmapWhatWasLeft();
    }
    if (result < 0) {
      throw new ErrnoException(
          "munmap", -result, "address=0x" + Long.toHexString(address) + ", length=" + bytes);
    }
  }

  private static void unmapWhatWasLeft() {
    for (AddressRange range = STILL_MAPPED.poll(); range != null; range = STILL_MAPPED.poll()) {
      if (Libc.munmap(range.address, range.bytes) < 0) {
        STILL_MAPPED.add(range);
        return;
      }
    }
  }
}
