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
      int coarser = classes.slotBytes(finest);
      for (int level = SizeClasses.LEVELS - 1; level >= 0; level--) {
        int slot = classes.slotBytes(classes.classFor(bytes, level));
        assertTrue(slot >= coarser, "levels are nested");
        coarser = slot;
      }
    }
  }

  /** The record of an extent has 32 bytes: one for each unit would be 0.8 % of a large pool. */
  @ParameterizedTest
  @ValueSource(ints = {4096, 16_384, 65_536})
  void manyObjectsGetSlabsOfSixteenKibibytesAndMore(int unitBytes) {
    var classes = new SizeClasses(unitBytes);
    for (int bytes = 1; bytes <= SizeClasses.MAX_SLOT_BYTES; bytes++) {
      int few = classes.classFor(bytes, 0);
      int many = classes.classFor(bytes, SizeClasses.LEVELS - 1);
      assertTrue(classes.slabUnits(many) * unitBytes >= 16 * 1024);
      assertTrue(classes.slotBytes(many) <= classes.slotBytes(few));
      assertEquals(0, classes.slabUnits(many) % classes.slabUnits(classes.finestFor(bytes)));
      assertEquals(classes.slotBytes(classes.finestFor(bytes)), classes.slotBytes(many));
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
