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
        Tuple.of(2, ordered(regionBytes)),
        Tuple.of(1, compareAndSets(regionBytes)),
        Tuple.of(3, adds(regionBytes)),
        Tuple.of(1, getAndAdds(regionBytes)),
        Tuple.of(2, fills(regionBytes)),
        Tuple.of(3, copiesIn(regionBytes)),
        Tuple.of(1, copiesWithin(regionBytes)),
        Tuple.of(2, copiesAcross(regionBytes)),
        Tuple.of(1, ranges(regionBytes).map(r -> new RegionAction.Compare(r.get1(), r.get2()))),
        Tuple.of(6, ranges(regionBytes).map(r -> new RegionAction.Compress(r.get1(), r.get2()))),
        Tuple.of(1, Arbitraries.just(new RegionAction.CompressAll())),
        Tuple.of(3, recompressions(regionBytes)),
        Tuple.of(2, ranges(regionBytes).map(r -> new RegionAction.Restore(r.get1(), r.get2()))),
        Tuple.of(1, ranges(regionBytes).map(r -> new RegionAction.Discard(r.get1(), r.get2()))),
        Tuple.of(1, pinnedWrites(regionBytes)),
        Tuple.of(2, openedPins(regionBytes)),
        Tuple.of(2, usesOfPins()),
        Tuple.of(3, closedPins()), // more than are opened, or hardly a close would be granted
        Tuple.of(1, Arbitraries.just(new RegionAction.CloseAndReopen())));
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
    return Combinators.combine(types(), offsets(bytes), booleans(), booleans())
        .as(
            (type, o, big, cursor) ->
                new RegionAction.Get(type, Math.min(o, bytes - type.bytes()), big, cursor));
  }

  private static Arbitrary<RegionAction> sets(int bytes) {
    return Combinators.combine(types(), offsets(bytes), Arbitraries.longs(), booleans(), booleans())
        .as(
            (type, o, bits, big, cursor) ->
                new RegionAction.Set(type, Math.min(o, bytes - type.bytes()), bits, big, cursor));
  }

  private static Arbitrary<RegionAction> adds(int bytes) {
    return Combinators.combine(
            widths(), offsets(bytes), Arbitraries.longs(), booleans(), booleans())
        .as(
            (w, o, delta, big, cursor) ->
                new RegionAction.Add(w, Math.min(o, bytes - w), delta, big, cursor));
  }

  private static Arbitrary<RegionAction> ordered(int bytes) {
    return Combinators.combine(
            Arbitraries.of(RegionAction.Ordering.values()),
            widths(),
            offsets(bytes),
            Arbitraries.longs(),
            booleans())
        .as(
            (ordering, w, o, value, cursor) ->
                new RegionAction.Ordered(ordering, w, aligned(o, w), value, cursor));
  }

  private static Arbitrary<RegionAction> compareAndSets(int bytes) {
    return Combinators.combine(
            widths(), offsets(bytes), booleans(), Arbitraries.longs(), booleans())
        .as(
            (w, o, right, value, cursor) ->
                new RegionAction.CompareAndSet(w, aligned(o, w), right, value, cursor));
  }

  private static Arbitrary<RegionAction> getAndAdds(int bytes) {
    return Combinators.combine(widths(), offsets(bytes), Arbitraries.longs(), booleans())
        .as((w, o, delta, cursor) -> new RegionAction.GetAndAdd(w, aligned(o, w), delta, cursor));
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

  private static Arbitrary<RegionAction> copiesAcross(int bytes) {
    return Combinators.combine(ranges(bytes), offsets(bytes), booleans())
        .as(
            (r, to, back) ->
                new RegionAction.CopyAcross(r.get1(), to, Math.min(r.get2(), bytes - to), back));
  }

  private static Arbitrary<RegionAction> recompressions(int bytes) {
    return Combinators.combine(ranges(bytes), Arbitraries.of(PageTier.DENSE, PageTier.COLDEST))
        .as((r, tier) -> new RegionAction.Recompress(r.get1(), r.get2(), tier));
  }

  private static Arbitrary<RegionAction> pinnedWrites(int bytes) {
    return Combinators.combine(ranges(bytes), Arbitraries.bytes())
        .as((r, value) -> new RegionAction.WritePinned(r.get1(), r.get2(), value));
  }

  private static Arbitrary<RegionAction> openedPins(int bytes) {
    return Combinators.combine(Arbitraries.of(RegionAction.PinKind.values()), ranges(bytes))
        .as((kind, r) -> new RegionAction.OpenPin(kind, r.get1(), r.get2()));
  }

  private static Arbitrary<RegionAction> usesOfPins() {
    return Combinators.combine(choices(), Arbitraries.bytes()).as(RegionAction.UsePin::new);
  }

  private static Arbitrary<RegionAction> closedPins() {
    return choices().map(RegionAction.ClosePin::new);
  }

  /** Which of what there is, counted round. */
  private static Arbitrary<Integer> choices() {
    return Arbitraries.integers().between(0, 99);
  }

  private static Arbitrary<RegionAction.ValueType> types() {
    return Arbitraries.of(RegionAction.ValueType.values());
  }

  private static Arbitrary<Integer> widths() {
    return Arbitraries.of(Integer.BYTES, Long.BYTES);
  }

  private static Arbitrary<Integer> offsets(int bytes) {
    return Arbitraries.integers().between(0, bytes - 1);
  }

  private static int aligned(int offset, int width) {
    return offset & -width;
  }

  private static Arbitrary<Boolean> booleans() {
    return Arbitraries.of(false, true);
  }
}
