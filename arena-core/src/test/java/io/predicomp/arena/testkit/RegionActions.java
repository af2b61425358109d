package io.predicomp.arena.testkit;

import io.predicomp.arena.policy.PageTier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;

/** jqwik arbitraries of {@link RegionAction}s that stay within a region of a given size. */
public final class RegionActions {
  private RegionActions() {}

  /** Any action; those that move pages come often enough to matter. */
  public static Arbitrary<RegionAction> any(int regionBytes) {
    return Arbitraries.frequencyOf(
        Tuple.of(8, gets(regionBytes)),
        Tuple.of(8, sets(regionBytes)),
        Tuple.of(1, compareAndSets(regionBytes)),
        Tuple.of(3, adds(regionBytes)),
        Tuple.of(1, getAndAdds(regionBytes)),
        Tuple.of(2, fills(regionBytes)),
        Tuple.of(3, copiesIn(regionBytes)),
        Tuple.of(1, copiesWithin(regionBytes)),
        Tuple.of(1, ranges(regionBytes).map(r -> new RegionAction.Compare(r.get1(), r.get2()))),
        Tuple.of(6, ranges(regionBytes).map(r -> new RegionAction.Compress(r.get1(), r.get2()))),
        Tuple.of(3, recompressions(regionBytes)),
        Tuple.of(2, ranges(regionBytes).map(r -> new RegionAction.Restore(r.get1(), r.get2()))),
        Tuple.of(1, ranges(regionBytes).map(r -> new RegionAction.Discard(r.get1(), r.get2()))),
        Tuple.of(1, pinnedWrites(regionBytes)));
  }

  /** Offset and length, at least 1, of a range within the region. */
  public static Arbitrary<Tuple2<Integer, Integer>> ranges(int regionBytes) {
    return Arbitraries.integers()
        .between(0, regionBytes - 1)
        .flatMap(
            offset ->
                Arbitraries.integers()
                    .between(1, regionBytes - offset)
                    .map(length -> Tuple.of(offset, length)));
  }

  private static Arbitrary<RegionAction> gets(int bytes) {
    return Combinators.combine(widths(), offsets(bytes), booleans(), booleans())
        .as((w, o, big, cursor) -> new RegionAction.Get(w, Math.min(o, bytes - w), big, cursor));
  }

  private static Arbitrary<RegionAction> sets(int bytes) {
    return Combinators.combine(
            widths(), offsets(bytes), Arbitraries.longs(), booleans(), booleans())
        .as(
            (w, o, value, big, cursor) ->
                new RegionAction.Set(w, Math.min(o, bytes - w), value, big, cursor));
  }

  private static Arbitrary<RegionAction> compareAndSets(int bytes) {
    return Combinators.combine(alignedOffsets(bytes), booleans(), Arbitraries.longs())
        .as(RegionAction.CompareAndSet::new);
  }

  private static Arbitrary<RegionAction> adds(int bytes) {
    return Combinators.combine(
            Arbitraries.of(4, 8), offsets(bytes), Arbitraries.longs(), booleans(), booleans())
        .as(
            (w, o, delta, big, cursor) ->
                new RegionAction.Add(w, Math.min(o, bytes - w), delta, big, cursor));
  }

  private static Arbitrary<RegionAction> getAndAdds(int bytes) {
    return Combinators.combine(alignedOffsets(bytes), Arbitraries.longs())
        .as(RegionAction.GetAndAdd::new);
  }

  private static Arbitrary<RegionAction> fills(int bytes) {
    return Combinators.combine(ranges(bytes), Arbitraries.bytes())
        .as((r, value) -> new RegionAction.Fill(r.get1(), r.get2(), value));
  }

  private static Arbitrary<RegionAction> copiesIn(int bytes) {
    return Combinators.combine(
            ranges(bytes), Arbitraries.longs(), Arbitraries.integers().between(0, 8))
        .as((r, seed, entropy) -> new RegionAction.CopyIn(r.get1(), r.get2(), seed, entropy));
  }

  private static Arbitrary<RegionAction> copiesWithin(int bytes) {
    return Combinators.combine(ranges(bytes), offsets(bytes))
        .as((r, to) -> new RegionAction.CopyWithin(r.get1(), to, Math.min(r.get2(), bytes - to)));
  }

  private static Arbitrary<RegionAction> recompressions(int bytes) {
    return Combinators.combine(ranges(bytes), Arbitraries.of(PageTier.DENSE, PageTier.COLDEST))
        .as((r, tier) -> new RegionAction.Recompress(r.get1(), r.get2(), tier));
  }

  private static Arbitrary<RegionAction> pinnedWrites(int bytes) {
    return Combinators.combine(ranges(bytes), Arbitraries.bytes())
        .as((r, value) -> new RegionAction.WritePinned(r.get1(), r.get2(), value));
  }

  private static Arbitrary<Integer> widths() {
    return Arbitraries.of(1, 2, 4, 8);
  }

  private static Arbitrary<Integer> offsets(int bytes) {
    return Arbitraries.integers().between(0, bytes - 1);
  }

  private static Arbitrary<Integer> alignedOffsets(int bytes) {
    return Arbitraries.integers().between(0, bytes / 8 - 1).map(i -> i * 8);
  }

  private static Arbitrary<Boolean> booleans() {
    return Arbitraries.of(false, true);
  }
}
