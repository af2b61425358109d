package io.predicomp.arena.pool;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import java.util.function.BooleanSupplier;

/** Pools whose system calls fail when a test says so. */
public final class FaultyPool {
  private FaultyPool() {}

  /**
   * A pool whose memory is not populated and not taken back while {@code failing} says so.
   *
   * @param limitBytes see {@link CompressedPool#create(long)}
   */
  public static CompressedPool create(long limitBytes, BooleanSupplier failing) {
    return CompressedPool.create(
        limitBytes,
        bytes ->
            new PoolMemory(bytes) {
              @Override
              void populate(long offset, long length) {
                if (!failing.getAsBoolean()) {
                  super.populate(offset, length);
                }
              }

              @Override
              void discard(long offset, long length) {
                if (failing.getAsBoolean()) {
                  throw new ErrnoException("madvise", Errno.EINVAL.number(), "injected");
                }
                super.discard(offset, length);
              }
            });
  }

  /** See {@link CompressedPool#checkInvariants}. */
  public static void checkInvariants(CompressedPool pool) {
    pool.checkInvariants();
  }
}
