package io.predicomp.arena.pool;

/** Moves one object on behalf of the compaction, under the lock of the page that owns it. */
@FunctionalInterface
public interface Relocator {
  /**
   * Copies {@code length} payload bytes from {@code oldHandle} to {@code newHandle} and makes the
   * owner point there. Must not call back into the pool's owner side.
   *
   * @param owner the arena page number given to {@link CompressedPool#store}
   * @return true if the owner now uses the new handle and nobody will free the old one; false if
   *     the owner no longer held the old handle, which then stays as it is
   */
  boolean relocate(long owner, long oldHandle, long newHandle, int length);
}
