package io.predicomp.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.Dictionaries;
import io.predicomp.arena.page.CopyCounts;
import io.predicomp.arena.page.DenseTier;
import io.predicomp.arena.page.ProcessBarrier;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.arena.testkit.RegionAction;
import io.predicomp.arena.testkit.RegionActions;
import io.predicomp.arena.testkit.RegionModel;
import io.predicomp.os.memory.PageDiscarder;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is done to a region in whatever order, it holds what a byte array would. */
class RegionModelTest {
  private static final int REGION_BYTES = 24 * 4096;
  private static final int BUDGET_BYTES = 1 << 20;
  private static final int BUDGETED_REGION_BYTES = 3 << 19;
  private static final int LARGE_PAGE_REGION_BYTES = 6 * 65_536;

  @Property(tries = 150)
  void anyActionsWithRoom(@ForAll("actions") List<RegionAction> actions) {
    run(ArenaConfig.builder(), actions);
  }

  @Property(tries = 100)
  void anyActionsUnderCapPressure(@ForAll("actions") List<RegionAction> actions) {
    run(ArenaConfig.builder().keepCopiesBelowPercent(100), actions, 12);
  }

  /** Half again as much memory as the budget allows. */
  @Property(tries = 60)
  void anyActionsWithinABudget(@ForAll("budgetActions") List<RegionAction> actions) {
    ArenaConfig config = ArenaConfig.builder().residentBudget(BUDGET_BYTES).checksums(true).build();
    try (CompressedArena arena = CompressedArena.open(config);
        RegionModel model = new RegionModel(arena, BUDGETED_REGION_BYTES)) {
      for (RegionAction action : actions) {
        try {
          model.apply(action);
        } catch (IllegalArgumentException e) {
          assertTrue(pins(action), () -> action + ": " + e);
        } catch (OutOfMemoryError e) {
          assertTrue(
              pins(action) || action instanceof RegionAction.CloseAndReopen,
              () -> action + ": " + e);
        }
        ArenaStats stats = arena.stats();
        assertEquals(stats.pages().resident(), arena.mover().residentPages());
        assertEquals(stats.budget().held(), arena.mover().heldBytes());
        assertEquals(
            stats.budget().overshoots() > 0,
            stats.budget().highestOvershoot() > 0,
            () -> action + ": " + stats.budget());
      }
      model.checkAll();
    }
  }

  private static boolean pins(RegionAction action) {
    return action instanceof RegionAction.WritePinned || action instanceof RegionAction.OpenPin;
  }

  @Provide
  Arbitrary<List<RegionAction>> budgetActions() {
    return RegionActions.any(BUDGETED_REGION_BYTES).list().ofMaxSize(60);
  }

  @Property(tries = 60)
  void anyActionsWithZstdAndReject(@ForAll("actions") List<RegionAction> actions) {
    run(ArenaConfig.builder().codec(Codecs.parse("zstd-3")).whenFull(WhenFull.REJECT), actions);
  }

  @Property(tries = 60)
  void anyActionsWithPagesOf16KiB(@ForAll("actions") List<RegionAction> actions) {
    run(ArenaConfig.builder().pageBytes(16_384), actions);
  }

  @Property(tries = 40)
  void anyActionsWithPagesOf64KiB(@ForAll("largePageActions") List<RegionAction> actions) {
    run(ArenaConfig.builder().pageBytes(65_536), LARGE_PAGE_REGION_BYTES, actions, 0);
  }

  /** With a dictionary from the start, and another one that comes in the middle. */
  @Property(tries = 100)
  void anyActionsWithDictionaries(@ForAll("actions") List<RegionAction> actions) {
    ArenaConfig config = ArenaConfig.builder().checksums(true).build();
    try (CompressedArena arena = CompressedArena.open(config);
        RegionModel model = new RegionModel(arena, REGION_BYTES)) {
      DenseTier tier = arena.mover().denseTier();
      Region region = model.region();
      for (int i = 0; i < actions.size(); i++) {
        if (i % 40 == 0 || region != model.region()) {
          region = model.region();
          tier.adopt(region.table(), Dictionaries.dictionary(1 + i / 40));
        }
        if (i % 5 == 0) {
          region.compress();
          region.recompress(0, REGION_BYTES / 2, PageTier.DENSE);
        }
        model.apply(actions.get(i));
        CopyCounts.check(arena.mover(), model.region().table());
      }
      model.checkAll();
      region = model.region();
      region.fill(0, REGION_BYTES, (byte) 1);
      CopyCounts.check(arena.mover(), region.table());
      assertEquals(0, arena.stats().tiers().densePages());
      assertEquals(0, arena.stats().tiers().coldestPages());
      // A dictionary outlives the sweep that used it, so that a busy region does not train anew.
      tier.endSweep(region.table());
      tier.endSweep(region.table());
      assertEquals(0, arena.stats().tiers().dictionaries());
    }
  }

  @Property(tries = 40)
  void anyActionsWithTheHandshakeBarrier(@ForAll("actions") List<RegionAction> actions) {
    ArenaConfig config = ArenaConfig.builder().checksums(true).build();
    try (CompressedArena arena =
            CompressedArena.open(config, ProcessBarrier.handshake(), PageDiscarder.best());
        RegionModel model = new RegionModel(arena, REGION_BYTES)) {
      actions.forEach(model::apply);
      model.checkAll();
    }
  }

  @Provide
  Arbitrary<List<RegionAction>> actions() {
    return RegionActions.any(REGION_BYTES).list().ofMaxSize(120);
  }

  @Provide
  Arbitrary<List<RegionAction>> largePageActions() {
    return RegionActions.any(LARGE_PAGE_REGION_BYTES).list().ofMaxSize(60);
  }

  private static void run(ArenaConfig.Builder config, List<RegionAction> actions) {
    run(config, REGION_BYTES, actions, 0);
  }

  private static void run(
      ArenaConfig.Builder config, List<RegionAction> actions, int fillerMebibytes) {
    run(config, REGION_BYTES, actions, fillerMebibytes);
  }

  /** With a filler the smallest pool is nearly full before the actions begin. */
  private static void run(
      ArenaConfig.Builder config, int bytes, List<RegionAction> actions, int fillerMebibytes) {
    ArenaConfig built = config.poolLimit(ArenaConfig.mebibytes(1)).checksums(true).build();
    try (CompressedArena arena = CompressedArena.open(built)) {
      if (fillerMebibytes > 0) {
        Region filler = arena.allocateRegion(ArenaConfig.mebibytes(fillerMebibytes));
        TestPages.fillHalfRandom(filler, 1);
        filler.compress();
      }
      try (RegionModel model = new RegionModel(arena, bytes)) {
        actions.forEach(model::apply);
        model.checkAll();
      }
    }
  }
}
