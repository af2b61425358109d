package io.predicomp.arena.page;

/**
 * Asks for room on the stack before a page is taken into a state that others wait for: if the stack
 * is to end, it should end where nothing has to be put back.
 */
final class StackRoom {
  /**
   * Frames that are more than enough to publish a state: one compiled, about six interpreted. What
   * lies deeper, such as the codec, may overflow, because publishing needs less.
   */
  private static final int FRAMES = 24;

  /** A batch of demotion with its codec, all interpreted. */
  private static final int DEMOTION_FRAMES = 256;

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
