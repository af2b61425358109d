package io.predicomp.arena.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SizeClassesTest {
  @ParameterizedTest
  @ValueSource(ints = {4096, 16_384, 65_536})
  void everySizeHasTheSmallestClassThatHoldsIt(int unitBytes) {
    var classes = new SizeClasses(unitBytes);
    for (int bytes = 1; bytes <= SizeClasses.MAX_SLOT_BYTES; bytes++) {
      int finest = classes.finestFor(bytes);
      assertTrue(classes.slotBytes(finest) >= bytes);
      assertTrue(finest == 0 || classes.slotBytes(finest - 1) < bytes);
      int coarser = finest;
      for (int level = SizeClasses.LEVELS - 1; level >= 0; level--) {
        int cls = classes.classFor(bytes, level);
        assertTrue(cls >= coarser, "levels are nested");
        coarser = cls;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 16_384, 65_536})
  void slabsHaveNextToNoTail(int unitBytes) {
    var classes = new SizeClasses(unitBytes);
    for (int cls = 0; cls < classes.count() - 1; cls++) {
      int slab = classes.slabUnits(cls) * unitBytes;
      int tail = slab - classes.slots(cls) * classes.slotBytes(cls);
      assertTrue(classes.slabUnits(cls) <= SizeClasses.MAX_SLAB_UNITS);
      assertTrue(tail < SizeClasses.STEP * classes.slots(cls));
    }
    assertEquals(SizeClasses.MAX_SLOT_BYTES, classes.slotBytes(classes.count() - 1));
    assertTrue(classes.slots(classes.count() - 1) >= 1);
  }
}
