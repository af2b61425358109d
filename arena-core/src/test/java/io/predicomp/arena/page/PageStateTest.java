package io.predicomp.arena.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageStateTest {
  private static final byte[] CODES = {
    PageState.CLOSING,
    PageState.EVICTING,
    PageState.DISCARDING,
    PageState.EVICTED,
    PageState.RESTORING,
    PageState.CLOSED
  };

  /** Every resident state that exists: the three content flags exclude each other. */
  private static byte[] residentStates() {
    byte[] states = new byte[20];
    int n = 0;
    int young = PageState.YOUNG;
    int prefetched = PageState.PREFETCHED;
    for (int touched : new int[] {0, PageState.TOUCHED, young, prefetched, young | prefetched}) {
      for (int content : new int[] {0, PageState.DIRTY, PageState.COPY, PageState.REJECTED}) {
        states[n++] = (byte) (PageState.RESIDENT | touched | content);
      }
    }
    return states;
  }

  @Test
  void oneComparisonTellsWhetherAPageMayBeRead() {
    for (byte state : residentStates()) {
      assertEquals((state & PageState.TOUCHED) != 0, state >= PageState.READABLE);
    }
  }

  @Test
  void oneComparisonTellsWhetherAPageMayBeWritten() {
    for (byte state : residentStates()) {
      boolean touchedAndDirty = (state & PageState.TOUCHED) != 0 && PageState.isDirty(state);
      assertEquals(touchedAndDirty, state >= PageState.WRITABLE, PageState.describe(state));
    }
  }

  @Test
  void nothingThatIsNotResidentPassesTheFastPath() {
    for (byte code : CODES) {
      for (int flags = 0; flags <= PageState.CARRIED; flags++) {
        byte state = (byte) (code | (flags & PageState.CARRIED));
        assertTrue(state < PageState.READABLE);
        assertFalse(PageState.isResident(state));
        assertFalse(PageState.isRejected(state));
        assertEquals(code, PageState.code(state));
        assertEquals(code == PageState.EVICTED, PageState.isEvicted(state));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(bytes = {PageState.CLOSING, PageState.EVICTING})
  void aRescueKeepsTheFlags(byte code) {
    for (byte state : residentStates()) {
      if (!PageState.isRejected(state)) {
        byte out = (byte) (code | (state & PageState.CARRIED));
        assertTrue(PageState.isRescuable(out));
        int kept = state & ~(PageState.YOUNG | PageState.PREFETCHED);
        assertEquals((byte) kept, PageState.backToResident(out));
      }
    }
  }

  @Test
  void onlyWhatIsOnItsWayOutIsRescuable() {
    for (byte state : residentStates()) {
      assertFalse(PageState.isRescuable(state));
    }
    assertFalse(PageState.isRescuable(PageState.DISCARDING));
    assertFalse(PageState.isRescuable(PageState.EVICTED));
    assertFalse(PageState.isRescuable(PageState.RESTORING));
    assertFalse(PageState.isRescuable(PageState.CLOSED));
  }

  @Test
  void describesItself() {
    assertEquals("RESIDENT+touched+dirty", PageState.describe(PageState.WRITABLE));
    assertEquals("EVICTED+copy", PageState.describe(PageState.EVICTED_WITH_COPY));
  }
}
