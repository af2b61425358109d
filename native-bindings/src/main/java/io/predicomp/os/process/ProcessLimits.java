package io.predicomp.os.process;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.libc.ProcessCalls;
import io.predicomp.os.libc.Rlimit;
import java.lang.foreign.MemorySegment;

/**
 * Limits of this process: {@code getrlimit(2)}. Only soft limits are changed, because a hard one
 * could not be raised again.
 */
public final class ProcessLimits {
  /** No limit. */
  public static final long INFINITY = Long.MAX_VALUE;

  private ProcessLimits() {}

  /** What is limited. The numbers are those of {@code asm-generic/resource.h}. */
  public enum Resource {
    /**
     * {@code RLIMIT_NPROC}: threads of the user, in all processes of the user namespace. Does not
     * bind root, nor whoever has CAP_SYS_RESOURCE or CAP_SYS_ADMIN.
     */
    PROCESSES(6),
    /** {@code RLIMIT_NOFILE}: file descriptors of this process. */
    OPEN_FILES(7),
    /** {@code RLIMIT_AS}: bytes of address space, what is reserved and never touched included. */
    ADDRESS_SPACE(9);

    private final int number;

    Resource(int number) {
      this.number = number;
    }
  }

  /**
   * A limit, {@link #INFINITY} if there is none.
   *
   * @param soft what holds
   * @param hard how far the soft limit can be raised
   */
  public record Limit(long soft, long hard) {}

  /** A soft limit for a while. Closing it restores the one before; once, from any thread. */
  public static final class Lowered implements AutoCloseable {
    private final Resource resource;
    private final Limit before;
    private final long soft;
    private boolean restored;

    private Lowered(Resource resource, Limit before, long soft) {
      this.resource = resource;
      this.before = before;
      this.soft = soft;
    }

    /** {@return the soft limit that holds meanwhile} */
    public long soft() {
      return soft;
    }

    @Override
    public synchronized void close() {
      if (!restored) {
        set(resource, before.soft());
        restored = true;
      }
    }
  }

  /** {@return the limits that hold now} */
  public static Limit get(Resource resource) {
    MemorySegment limit = Rlimit.scratch();
    int result = ProcessCalls.getrlimit(resource.number, limit);
    if (result < 0) {
      throw new ErrnoException("getrlimit", -result, "resource=" + resource);
    }
    return new Limit(fromKernel(Rlimit.soft(limit)), fromKernel(Rlimit.hard(limit)));
  }

  /**
   * Sets the soft limit.
   *
   * @throws ErrnoException with EINVAL if it is above the hard limit
   */
  public static void set(Resource resource, long soft) {
    Limit now = get(resource);
    int result =
        ProcessCalls.setrlimit(resource.number, Rlimit.of(toKernel(soft), toKernel(now.hard())));
    if (result < 0) {
      throw new ErrnoException("setrlimit", -result, "resource=" + resource + ", soft=" + soft);
    }
  }

  /**
   * Lowers a soft limit; never raises one.
   *
   * @return what restores it
   */
  public static Lowered lower(Resource resource, long soft) {
    Limit before = get(resource);
    long wanted = Math.min(soft, before.soft());
    set(resource, wanted);
    return new Lowered(resource, before, wanted);
  }

  /** RLIM_INFINITY is all ones, and nobody has a limit beyond 63 bits. */
  private static long fromKernel(long value) {
    return value < 0 ? INFINITY : value;
  }

  private static long toKernel(long value) {
    return value == INFINITY ? -1 : value;
  }
}
