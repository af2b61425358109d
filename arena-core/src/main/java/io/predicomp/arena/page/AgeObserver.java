package io.predicomp.arena.page;

/**
 * Hears of every page that a harvest looked at, fresh and incompressible ones excepted. Must not
 * block: it is called under the demotion lock.
 */
public interface AgeObserver {
  /** Needs nothing. */
  AgeObserver NONE =
      new AgeObserver() {
        @Override
        public void untouched(int age, int coldness, int pages, boolean resident) {}

        @Override
        public void touched(AgedRegion region, int page, int age, int coldness) {}
      };

  /**
   * Pages that were not accessed since the last harvest.
   *
   * @param age epochs since they were, 0 to {@link PageTable#OLDEST}
   * @param coldness see {@link AgedRegion#coldness}
   * @param pages how many
   * @param resident whether they are in memory
   */
  void untouched(int age, int coldness, int pages, boolean resident);

  /**
   * A page that was accessed since the last harvest, and is in memory.
   *
   * @param age epochs that it had not been accessed before; 0: accessed all the time
   * @param coldness how cold it was before
   */
  void touched(AgedRegion region, int page, int age, int coldness);
}
