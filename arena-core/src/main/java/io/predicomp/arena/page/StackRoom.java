package io.predicomp.arena.page;

/**
 * Asks for room on the stack before a page is taken into a state that others wait for: if the stack
 * is to end, it should end where nothing has to be put back.
 */
final class StackRoom {
  /**
   * Frames of {@link #descend}, which is compiled, as it is called more often than anything else:
   * the compiler makes one frame of two calls, of 48 bytes. What publishes a state may still be
   * interpreted, some ten frames of 100 to 250 bytes; with 24 and 40 here a cold JVM got stuck.
   * What lies deeper, such as the codec, may overflow, because publishing needs less. It costs 80
   * ns.
   */
  private static final int FRAMES = 96;

  /** A batch of demotion with its codec, all interpreted. */
  private static final int DEMOTION_FRAMES = 1024;

  private StackRoom() {}

  /**
   * As {@link #require}, before an access demotes pages.
   *
   * @throws StackOverflowError if there is no room
   */
  static void requireForDemotion() {
    if (descend(DEMOTION_FRAMES, 1, 2, 3) < 0) {
      throw new AssertionError();
    }
  }

  /**
   * Goes deeper than publishing a state does.
   *
   * @throws StackOverflowError if there is no room
   */
  static void require() {
    if (descend(FRAMES, 1, 2, 3) < 0) {
      throw new AssertionError();
    }
  }

  private static long descend(int frames, long a, long b, long c) {
    return frames == 0 ? a + b + c : descend(frames - 1, b, c, a) + 1;
  }
}
