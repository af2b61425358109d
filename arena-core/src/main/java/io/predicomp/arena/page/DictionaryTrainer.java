package io.predicomp.arena.page;

import io.predicomp.arena.codec.Lz4HcDictionaryCodec;
import io.predicomp.arena.codec.RegionDictionary;
import io.predicomp.arena.policy.DenseTierChoice;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.arena.policy.PageTier;
import io.predicomp.arena.policy.TierCost;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.memory.Mapping;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Chooses how one region's evicted pages are recompressed, in slices:
 *
 * <ol>
 *   <li>{@code CHOOSE} pages at random among those that are cold
 *   <li>{@code SAMPLE}: decode them into private memory, a few at a time
 *   <li>{@code TRAIN} a dictionary on most of them: one native call, under no lock
 *   <li>{@code MEASURE} every candidate on the rest, which the dictionary has not seen
 *   <li>{@code DECIDE}: keep the dictionary only if it gains enough on these
 * </ol>
 *
 * <p>One slice takes a few milliseconds, {@code TRAIN} tens of them (docs/dense-tier.md). Its
 * memory, a page for each page sampled, is freed at the end and does not count as the pool's.
 */
final class DictionaryTrainer implements AutoCloseable {
  /** What trains; tests replace it. */
  @FunctionalInterface
  interface Training {
    Optional<RegionDictionary> train(
        int version, MemorySegment samples, int sampleBytes, int count, int dictionaryBytes);
  }

  private enum Phase {
    CHOOSE,
    SAMPLE,
    TRAIN,
    MEASURE,
    DECIDE,
    DONE
  }

  /** Of a larger page a part this long is trained on, so that more pages have their say. */
  private static final int SAMPLE_BYTES = 4096;

  /** Bytes decoded, or compressed by each candidate, in one slice: a few milliseconds. */
  private static final int SLICE_BYTES = 64 << 10;

  /** Calls before times are taken: the first ones of a process are interpreted. */
  private static final int WARM_UPS = 300;

  /** Fewer pages than this teach nothing. */
  private static final int LEAST_TRAINING = 16;

  private static final int LEAST_HELD_OUT = 4;

  private final PageMover mover;
  private final DemotionLock demotion;
  private final Recompressor recompressor;
  private final DenseTierCounters counters;
  private final DenseTierPolicy policy;
  private final Training training;
  private final LongFunction<Mapping> memory;
  private final DensePages table;
  private final IntPredicate isCold;
  private final int version;
  private final SplittableRandom random;

  private Phase phase = Phase.CHOOSE;

  /** Pages to sample, in random order. */
  private int[] chosen = {};

  private int coldPages;
  private int next;
  private int heldOutCount;
  private int trained;
  private int heldOut;
  private int measured;
  private @Nullable Mapping trainingPages;
  private @Nullable Mapping heldOutPages;
  private @Nullable Mapping scratch;
  private @Nullable Lz4HcDictionaryCodec fresh;
  private final List<CodecTrial> candidates = new ArrayList<>();

  DictionaryTrainer(
      PageMover mover,
      DemotionLock demotion,
      Recompressor recompressor,
      DenseTierCounters counters,
      DenseTierPolicy policy,
      Training training,
      LongFunction<Mapping> memory,
      DensePages table,
      IntPredicate isCold,
      int version) {
    this.mover = mover;
    this.demotion = demotion;
    this.recompressor = recompressor;
    this.counters = counters;
    this.policy = policy;
    this.training = training;
    this.memory = memory;
    this.table = table;
    this.isCold = isCold;
    this.version = version;
    this.random = new SplittableRandom(version);
  }

  DensePages table() {
    return table;
  }

  /** Cold pages seen when the sample was chosen. */
  int coldPages() {
    return coldPages;
  }

  /** Does one slice; true when there is nothing left to do. */
  boolean step() {
    long start = System.nanoTime();
    try {
      switch (phase) {
        case CHOOSE -> choose();
        case SAMPLE -> sample();
        case TRAIN -> train();
        case MEASURE -> measure();
        case DECIDE -> decide();
        case DONE -> {}
      }
    } catch (Throwable t) {
      close();
      throw t;
    } finally {
      counters.planNanos.add(System.nanoTime() - start);
    }
    return phase == Phase.DONE;
  }

  /** Each cold page has the same chance (reservoir sampling, Vitter's algorithm R). */
  private void choose() {
    int most = policy.trainingPages() + policy.heldOutPages();
    int[] reservoir = new int[most];
    for (int page = 0; page < table.pageCount(); page++) {
      if (isCold.test(page)) {
        int place = coldPages < most ? coldPages : random.nextInt(coldPages + 1);
        if (place < most) {
          reservoir[place] = page;
        }
        coldPages++;
      }
    }
    int count = Math.min(most, coldPages);
    heldOutCount = Math.min(policy.heldOutPages(), count / 4);
    if (heldOutCount < LEAST_HELD_OUT) {
      phase = Phase.DONE;
      return;
    }
    chosen = Arrays.copyOf(reservoir, count);
    shuffle(chosen);
    try {
      trainingPages = memory.apply((long) (count - heldOutCount) * SAMPLE_BYTES);
      heldOutPages = memory.apply((long) heldOutCount * table.pageBytes());
      scratch = memory.apply(2L * table.pageBytes());
      phase = Phase.SAMPLE;
    } catch (ErrnoException _) {
      counters.trainingFailures.increment(); // no memory now: the next sweep asks again
      close();
    }
  }

  private void shuffle(int[] pages) {
    for (int i = pages.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = pages[i];
      pages[i] = pages[j];
      pages[j] = swapped;
    }
  }

  private void sample() {
    int end = Math.min(chosen.length, next + pagesOfASlice());
    demotion.lock();
    try {
      for (; next < end; next++) {
        // The held-out ones first: whatever is restored meanwhile, they are what decides.
        if (heldOut < heldOutCount) {
          if (recompressor.sample(table, chosen[next], heldOutPage(heldOut))) {
            heldOut++;
          }
        } else if (recompressor.sample(table, chosen[next], scratch().address())) {
          int parts = table.pageBytes() / SAMPLE_BYTES;
          MemorySegment.copy(
              scratch().segment(),
              (long) random.nextInt(parts) * SAMPLE_BYTES,
              trainingPages().segment(),
              (long) trained * SAMPLE_BYTES,
              SAMPLE_BYTES);
          trained++;
        }
      }
    } finally {
      demotion.unlock();
    }
    if (next == chosen.length) {
      phase = Phase.TRAIN;
      if (heldOut < LEAST_HELD_OUT) {
        giveUp();
      }
    }
  }

  /** The pages chosen were restored meanwhile, or cannot be: not to be tried again at once. */
  private void giveUp() {
    demotion.lock();
    try {
      if (isOpen() && table.densePlan == null) {
        table.densePlan = DensePlan.nothing(table.pageBytes());
      }
    } finally {
      demotion.unlock();
      close();
    }
  }

  private boolean isOpen() {
    return mover.isOpen(table);
  }

  private void train() {
    counters.plans.increment();
    if (trained >= LEAST_TRAINING) {
      try {
        fresh =
            training
                .train(
                    version,
                    trainingPages().segment(),
                    SAMPLE_BYTES,
                    trained,
                    policy.dictionaryBytes())
                .map(d -> new Lz4HcDictionaryCodec(d, PageCodecs.HIGH_COMPRESSION_LEVEL))
                .orElse(null);
        openFresh();
      } catch (ErrnoException | UnsupportedOperationException _) {
        // No memory, or no library: recompression does without.
        counters.trainingFailures.increment();
        closeFresh();
      }
    }
    phase = Phase.MEASURE;
  }

  private void openFresh() {
    Lz4HcDictionaryCodec codec = fresh;
    if (codec == null) {
      counters.trainingFailures.increment();
    } else {
      codec.openEncoder();
      counters.dictionariesTrained.increment();
    }
  }

  private void closeFresh() {
    Lz4HcDictionaryCodec unused = fresh;
    if (unused != null) {
      fresh = null;
      unused.dictionary().close();
    }
  }

  private void measure() {
    demotion.lock();
    try {
      if (!isOpen()) {
        close(); // and the region's dictionary, a candidate, has gone with it
        return;
      }
      if (measured == 0) {
        nominate();
      }
      int end = Math.min(heldOut, measured + Math.max(1, pagesOfASlice() / candidates.size()));
      for (; measured < end; measured++) {
        for (CodecTrial candidate : candidates) {
          measure(candidate, measured);
        }
      }
      if (measured == heldOut) {
        phase = Phase.DECIDE;
      }
    } finally {
      demotion.unlock();
    }
  }

  private void nominate() {
    candidates.clear();
    candidates.add(new CodecTrial(PageCodecs.BASE, mover.codec, heldOut));
    for (int index : new int[] {PageCodecs.HIGH_COMPRESSION, PageCodecs.ZSTD}) {
      try {
        mover.codecs.provide(index);
        candidates.add(new CodecTrial(index, mover.codecs.codec(index), heldOut));
      } catch (UnsupportedOperationException _) {
        // Its library cannot be used here, which doctor explains.
      } catch (OutOfMemoryError _) {
        counters.trainingFailures.increment(); // the next plan asks again
      }
    }
    DensePlan plan = table.densePlan;
    if (plan != null && plan.hasDictionary()) {
      int index = plan.index(PageTier.DENSE);
      if (mover.codecs.openEncoder(index)) {
        candidates.add(new CodecTrial(index, mover.codecs.codec(index), heldOut));
      }
    }
    if (fresh != null) {
      candidates.add(new CodecTrial(-1, fresh, heldOut));
    }
  }

  private void measure(CodecTrial candidate, int page) {
    long from = heldOutPage(page);
    long payload = scratch().address();
    int pageBytes = table.pageBytes();
    int most = mover.admission.mostPayloadBytes(pageBytes);
    long start = System.nanoTime();
    int length = 0;
    try {
      length =
          candidate.codec.compress(
              AddressSpace.ALL, from, pageBytes, AddressSpace.ALL, payload, most);
    } catch (OutOfMemoryError _) {
      candidate.failed |= candidate.index != PageCodecs.BASE; // which is what pages have already
    }
    candidate.compressNanos[page] = System.nanoTime() - start;
    candidate.bytes[page] = length <= 0 ? most : length;
    if (length > 0) {
      for (int i = candidate.warmUps; i < WARM_UPS; i++) {
        decompress(candidate, payload, length);
      }
      candidate.warmUps = WARM_UPS;
      long compressed = System.nanoTime();
      int produced = decompress(candidate, payload, length);
      candidate.decompressNanos[page] = System.nanoTime() - compressed;
      candidate.failed |= produced != pageBytes;
    }
  }

  private int decompress(CodecTrial candidate, long payload, int length) {
    return candidate.codec.decompress(
        AddressSpace.ALL,
        payload,
        length,
        AddressSpace.ALL,
        scratch().address() + table.pageBytes(),
        table.pageBytes());
  }

  private void decide() {
    demotion.lock();
    try {
      if (isOpen()) {
        decide(true);
      }
    } finally {
      demotion.unlock();
      close();
      phase = Phase.DONE;
    }
  }

  private void decide(boolean withFresh) {
    TierCost base = candidates.getFirst().cost(heldOut);
    List<CodecTrial> rivals = new ArrayList<>(candidates.subList(1, candidates.size()));
    CodecTrial newest = rivals.isEmpty() ? null : rivals.getLast();
    if (newest != null && newest.index < 0 && !(withFresh && paysForItself(newest, rivals, base))) {
      rivals.removeLast();
    }
    List<TierCost> costs = rivals.stream().map(c -> c.cost(heldOut)).toList();
    int dense = DenseTierChoice.dense(policy, base, costs);
    int coldest = DenseTierChoice.coldest(policy, base, withoutDictionaries(rivals, costs));
    int denseIndex = dense < 0 ? PageCodecs.BASE : rivals.get(dense).index;
    if (denseIndex < 0) {
      Lz4HcDictionaryCodec codec = fresh;
      denseIndex = codec == null ? -1 : mover.codecs.add(codec);
      if (denseIndex < 0) {
        decide(false); // no room in the pool, or 61 dictionaries are in use
        return;
      }
      fresh = null; // the table's now
      counters.dictionariesKept.increment();
    }
    DensePlan former = table.densePlan;
    table.densePlan =
        DensePlan.of(
            denseIndex,
            coldest < 0 ? PageCodecs.BASE : rivals.get(coldest).index,
            dense < 0 ? base.bytes() : costs.get(dense).bytes(),
            former);
    if (former != null && former.hasDictionary() && former.index(PageTier.DENSE) != denseIndex) {
      mover.codecs.retire(former.index(PageTier.DENSE));
    }
  }

  /** Against the best that needs no new dictionary and restores as fast. */
  private boolean paysForItself(CodecTrial newest, List<CodecTrial> rivals, TierCost base) {
    double without = base.bytes();
    for (CodecTrial rival : rivals) {
      if (rival != newest && rival.index != PageCodecs.ZSTD) {
        without = Math.min(without, rival.cost(heldOut).bytes());
      }
    }
    // Without the encoder, which goes when the sweep is over.
    RegionDictionary dictionary = ((Lz4HcDictionaryCodec) newest.codec).dictionary();
    return DenseTierChoice.keepsDictionary(
        policy, newest.cost(heldOut).bytes(), without, coldPages, dictionary.length());
  }

  /** The coldest tier has one codec for all regions, so that its pages outlive dictionaries. */
  private static List<TierCost> withoutDictionaries(
      List<CodecTrial> candidates, List<TierCost> costs) {
    List<TierCost> without = new ArrayList<>();
    for (int i = 0; i < costs.size(); i++) {
      int index = candidates.get(i).index;
      without.add(index == PageCodecs.ZSTD ? costs.get(i) : new TierCost(Double.MAX_VALUE, 0, 0));
    }
    return without;
  }

  private int pagesOfASlice() {
    return Math.max(1, SLICE_BYTES / table.pageBytes());
  }

  private long heldOutPage(int i) {
    return mapped(heldOutPages).address() + (long) i * table.pageBytes();
  }

  private Mapping trainingPages() {
    return mapped(trainingPages);
  }

  private Mapping scratch() {
    return mapped(scratch);
  }

  private static Mapping mapped(@Nullable Mapping mapping) {
    assert mapping != null;
    return mapping;
  }

  /** Frees the sample, and the dictionary if it was not taken. */
  @Override
  public void close() {
    phase = Phase.DONE;
    for (Mapping each : new Mapping[] {trainingPages, heldOutPages, scratch}) {
      if (each != null) {
        each.close();
      }
    }
    trainingPages = null;
    heldOutPages = null;
    scratch = null;
    closeFresh();
  }
}
