package io.predicomp.arena.stress;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.Protection;

/** Takes every mapping that this process may have, and gives some back, one at a time. */
final class MappingFiller implements AutoCloseable {
  private static final int PAGE = 4096;

  /** Mappings that can be given back: more than opening an arena with a region takes. */
  private static final int SINGLES = 32;

  private final Mapping memory;

  /** Pages from the start, in turn of another protection than their neighbour: one mapping each. */
  private int pages;

  private int singlesLeft = SINGLES;

  /**
   * @param most what {@code vm.max_map_count} says
   */
  MappingFiller(int most) {
    memory = Mapping.anonymous((most + 2L) * PAGE);
    takeAll();
  }

  void takeAll() {
    while (cut()) {
      pages++;
    }
  }

  private boolean cut() {
    if ((pages + 1L) * PAGE >= memory.byteSize()) {
      throw new AssertionError("no limit after " + pages + " mappings");
    }
    try {
      Protection other = (pages & 1) == 0 ? Protection.NONE : Protection.READ;
      memory.protect(other, (long) pages * PAGE, PAGE);
      return true;
    } catch (ErrnoException e) {
      if (e.isOutOfMemory()) {
        return false;
      }
      throw e;
    }
  }

  /** Joins the last page with the rest behind it; false if that was done too often. */
  boolean giveOneBack() {
    pages--;
    memory.protect(Protection.READ_WRITE, (long) pages * PAGE, PAGE);
    return --singlesLeft >= 0;
  }

  @Override
  public void close() {
    memory.close();
  }
}
