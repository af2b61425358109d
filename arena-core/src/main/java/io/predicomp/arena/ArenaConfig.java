package io.predicomp.arena;

import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.PageCodec;
import io.predicomp.arena.policy.AdmissionPolicy;
import io.predicomp.arena.policy.Budget;
import io.predicomp.arena.policy.DenseTierPolicy;
import io.predicomp.os.SystemPage;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a {@link CompressedArena}. Immutable.
 *
 * @param name name in JMX and in messages
 * @param poolLimit hard cap of the compressed pool in bytes: payload, fragmentation and metadata
 * @param residentBudget what pages in memory and pool together may take, in bytes, if limited
 * @param pageBytes unit of compression and restore: 4,096, 16,384 or 65,536 bytes. Larger pages
 *     compress better and cost more to restore
 * @param codec compresses and restores pages
 * @param admission what may enter the pool and what may stay
 * @param denseTier when and how pages that stay compressed are compressed again, denser
 * @param whenFull what happens at the pool's limit
 * @param checksums whether each page is summed when it is demoted and checked when it is restored
 * @param loops background loops that demote cold pages and prefetch, if any
 * @param hotness where those loops get evidence of use from
 * @param registerMBean whether the arena's statistics are registered with the platform MBean server
 */
public record ArenaConfig(
    String name,
    long poolLimit,
    OptionalLong residentBudget,
    int pageBytes,
    PageCodec codec,
    AdmissionPolicy admission,
    DenseTierPolicy denseTier,
    WhenFull whenFull,
    boolean checksums,
    Optional<LoopConfig> loops,
    HotnessConfig hotness,
    boolean registerMBean) {

  /** 256 MiB, the predecessor's default. */
  public static final long DEFAULT_POOL_LIMIT = mebibytes(256);

  private static final int SMALLEST_PAGE = 4096;
  private static final long SMALLEST_POOL = mebibytes(1);

  public ArenaConfig {
    if (pageBytes != SMALLEST_PAGE && pageBytes != 4 * SMALLEST_PAGE && pageBytes != 65_536) {
      throw new IllegalArgumentException(
          "pageBytes is " + pageBytes + ", allowed are 4096, 16384 and 65536");
    }
    if (pageBytes < SystemPage.SIZE) {
      // The kernel would round a discard up and drop the neighbours.
      throw new IllegalArgumentException(
          "pageBytes is "
              + pageBytes
              + ", but this kernel's pages have "
              + SystemPage.SIZE
              + " bytes, and an arena page cannot be smaller");
    }
    if (residentBudget.isPresent() && residentBudget.getAsLong() < Budget.least(pageBytes)) {
      throw new IllegalArgumentException(
          "residentBudget is "
              + residentBudget.getAsLong()
              + " bytes, at least "
              + Budget.least(pageBytes)
              + " with pages of "
              + pageBytes);
    }
    if (poolLimit < SMALLEST_POOL) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "poolLimit is %d bytes, at least %d", poolLimit, SMALLEST_POOL));
    }
  }

  /** The budget that page movement keeps to. */
  Budget budget() {
    return residentBudget.isPresent()
        ? new Budget(residentBudget.getAsLong(), pageBytes)
        : Budget.NONE;
  }

  /** A builder with the defaults: LZ4, 4 KiB pages, a pool of 256 MiB, least recent restored. */
  public static Builder builder() {
    return new Builder();
  }

  /** {@code n} MiB in bytes. */
  public static long mebibytes(long n) {
    return Math.multiplyExact(n, 1L << 20);
  }

  /** Collects settings; not thread-safe. */
  public static final class Builder {
    private String name = "arena";
    private OptionalLong poolLimit = OptionalLong.empty();
    private OptionalLong residentBudget = OptionalLong.empty();
    private int pageBytes = (int) Math.max(SMALLEST_PAGE, SystemPage.SIZE);
    private @Nullable PageCodec codec;
    private int minSavingsPercent = 5;
    private int acceptThresholdPercent = 90;
    private int keepCopiesBelowPercent = 90;
    private DenseTierPolicy denseTier = DenseTierPolicy.AUTO;
    private WhenFull whenFull = WhenFull.RESTORE_LRU;
    private boolean checksums;
    private @Nullable LoopConfig loops;
    private HotnessConfig hotness = HotnessConfig.DEFAULT;
    private boolean registerMBean;

    private Builder() {}

    /** Name in JMX and in messages. */
    public Builder name(String name) {
      this.name = name;
      return this;
    }

    /**
     * Hard cap of the compressed pool, in bytes, at least 1 MiB; by default 256 MiB, or the whole
     * {@link #residentBudget} where there is one.
     */
    public Builder poolLimit(long bytes) {
      this.poolLimit = OptionalLong.of(bytes);
      return this;
    }

    /**
     * What the pages of all regions that are in memory may take together with the pool, in bytes;
     * at least 1 MiB and 64 pages, by default unlimited. What would exceed it first demotes pages
     * that have not been accessed for long, in the accessing thread if it must. Only what cannot be
     * compressed or is pinned can exceed it: an access always succeeds, and {@link
     * ArenaStats.Budget} counts what it took. Transparent memory may exceed it as well where the
     * thread that demotes for it does not get on ({@link TransparentArena}).
     */
    public Builder residentBudget(long bytes) {
      this.residentBudget = OptionalLong.of(bytes);
      return this;
    }

    /** 4,096, 16,384 or 65,536 bytes; by default 4,096, or the kernel's page if it is larger. */
    public Builder pageBytes(int bytes) {
      this.pageBytes = bytes;
      return this;
    }

    /** The codec; LZ4 by default. */
    public Builder codec(PageCodec codec) {
      this.codec = codec;
      return this;
    }

    /** A page that saves less stays resident; 0 to 99, default 5. */
    public Builder minSavingsPercent(int percent) {
      this.minSavingsPercent = percent;
      return this;
    }

    /** A pool that was full accepts again below this share of its limit; 1 to 100, default 90. */
    public Builder acceptThresholdPercent(int percent) {
      this.acceptThresholdPercent = percent;
      return this;
    }

    /** Pages only read keep their copy while the pool is below this share; 0 to 100, default 90. */
    public Builder keepCopiesBelowPercent(int percent) {
      this.keepCopiesBelowPercent = percent;
      return this;
    }

    /**
     * What the background loops compress again, denser, and how; {@link DenseTierPolicy#AUTO} by
     * default. {@link Region#recompress} goes by it as well, whatever its ages and its switch say.
     */
    public Builder denseTier(DenseTierPolicy policy) {
      this.denseTier = policy;
      return this;
    }

    /** {@link WhenFull#RESTORE_LRU} by default. */
    public Builder whenFull(WhenFull whenFull) {
      this.whenFull = whenFull;
      return this;
    }

    /** Whether restored pages are checked against a checksum; off by default. */
    public Builder checksums(boolean on) {
      this.checksums = on;
      return this;
    }

    /**
     * Lets background threads demote cold pages and bring them back before they are needed; off by
     * default. {@link LoopConfig#DEFAULT} is a good start.
     */
    public Builder autoloops(LoopConfig config) {
      this.loops = config;
      return this;
    }

    /** Where background loops get evidence of use from; {@link HotnessConfig#DEFAULT}. */
    public Builder hotness(HotnessConfig config) {
      this.hotness = config;
      return this;
    }

    /** Whether to register an {@link ArenaMXBean}; off by default. */
    public Builder registerMBean(boolean on) {
      this.registerMBean = on;
      return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public ArenaConfig build() {
      PageCodec chosen = codec;
      if (chosen == null) {
        chosen = Codecs.parse("lz4");
      }
      return new ArenaConfig(
          name,
          poolLimit.orElse(residentBudget.orElse(DEFAULT_POOL_LIMIT)),
          residentBudget,
          pageBytes,
          chosen,
          new AdmissionPolicy(minSavingsPercent, acceptThresholdPercent, keepCopiesBelowPercent),
          denseTier,
          whenFull,
          checksums,
          Optional.ofNullable(loops),
          hotness,
          registerMBean);
    }
  }
}
