package io.predicomp.os.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.SystemPage;
import io.predicomp.os.libc.Libc;
import java.lang.foreign.MemorySegment;

/**
 * Discards all ranges by one {@code process_madvise(2)} on the process itself: one system call and
 * one TLB flush a batch. The kernel allows MADV_DONTNEED there since 6.13, and only to oneself.
 *
 * <p>One call takes at most 2 GiB less a page ({@code MAX_RW_COUNT}, {@code linux/fs.h}); a longer
 * list is a partial success.
 */
public final class ProcessMadviseDiscarder implements PageDiscarder {
  private static final int NO_FLAGS = 0;
  private static final PageDiscarder EACH_RANGE = new MadviseDiscarder();

  /**
   * This process as a file descriptor. Never closed, which makes it safe to use from any thread at
   * any time: a descriptor closed too early could come to name another process.
   */
  private final int self;

  /**
   * @throws ErrnoException if the process cannot be opened: ENOSYS before Linux 5.3 or by a seccomp
   *     filter, EPERM by a seccomp filter, EMFILE if no descriptor is left
   */
  public ProcessMadviseDiscarder() {
    self = SelfDescriptor.get();
  }

  /**
   * {@return whether a discarded page reads as zero} Any failure to find out counts as no.
   *
   * @see #check()
   */
  public static boolean isSupported() {
    try {
      check();
      return true;
    } catch (ErrnoException e) {
      return false;
    }
  }

  /**
   * Discards a scratch page and looks at it.
   *
   * @throws ErrnoException if the kernel or a seccomp filter refuses, or if the call claims to have
   *     discarded the page and the contents are still there (reported as EOPNOTSUPP)
   */
  public static void check() {
    long page = SystemPage.SIZE;
    // Two pages that do not touch, so that a batch is tried and not a single range.
    try (Mapping scratch = Mapping.anonymous(3 * page, MemoryAdvice.NOHUGEPAGE)) {
      MemorySegment memory = scratch.segment();
      memory.fill((byte) 1);
      AddressRanges ranges = new AddressRanges(2);
      ranges.add(scratch.address(), page);
      ranges.add(scratch.address() + 2 * page, page);
      long discarded = new ProcessMadviseDiscarder().discard(ranges);
      if (discarded != 2 * page
          || memory.get(JAVA_BYTE, 0) != 0
          || memory.get(JAVA_BYTE, page) != 1
          || memory.get(JAVA_BYTE, 2 * page) != 0) {
        throw new ErrnoException(
            "process_madvise",
            Errno.EOPNOTSUPP.number(),
            "a probe of 2 pages, of which " + discarded + " bytes were reported discarded");
      }
    }
  }

  @Override
  public long discard(AddressRanges ranges) {
    if (ranges.count() == 0) {
      return 0;
    }
    long result =
        Libc.process_madvise(
            self, ranges.iovecs(), ranges.count(), MemoryAdvice.DONTNEED.constant(), NO_FLAGS);
    if (result == -Errno.EINVAL.number()) {
      // Locked memory, most likely: process_madvise does not take the advice that it needs.
      return EACH_RANGE.discard(ranges);
    }
    if (result < 0) {
      throw new ErrnoException(
          "process_madvise",
          (int) -result,
          "pidfd=self, "
              + ranges.count()
              + " ranges from 0x"
              + Long.toHexString(ranges.address(0))
              + ", "
              + ranges.byteSize()
              + " bytes, advice=MADV_DONTNEED");
    }
    return result;
  }

  @Override
  public String toString() {
    return "process_madvise";
  }

  /** Opened at the first use; a failure is tried again at the next. */
  private static final class SelfDescriptor {
    private static int descriptor = -1;

    private SelfDescriptor() {}

    static synchronized int get() {
      if (descriptor < 0) {
        int pid = Math.toIntExact(ProcessHandle.current().pid());
        int result = Libc.pidfd_open(pid, NO_FLAGS);
        if (result < 0) {
          throw new ErrnoException("pidfd_open", -result, "pid=" + pid);
        }
        descriptor = result;
      }
      return descriptor;
    }
  }
}
