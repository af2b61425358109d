package io.predicomp.arena.page;

import io.predicomp.arena.policy.Budget;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The memory of checked mode, and that of another mode as soon as there is some. */
public final class JointMemory implements AgedMemory {
  private final AgedMemory first;
  private volatile @Nullable AgedMemory second;

  public JointMemory(AgedMemory first) {
    this.first = first;
  }

  /** Adds the other memory; once. */
  public void add(AgedMemory other) {
    second = other;
  }

  @Override
  public AgedRegion[] regions() {
    AgedMemory other = second;
    AgedRegion[] regions = first.regions();
    if (other == null) {
      return regions;
    }
    AgedRegion[] more = other.regions();
    AgedRegion[] all = Arrays.copyOf(regions, regions.length + more.length, AgedRegion[].class);
    System.arraycopy(more, 0, all, regions.length, more.length);
    return all;
  }

  /** The other memory's handler keeps them anyway. */
  @Override
  public void keepNeeds() {
    first.keepNeeds();
  }

  @Override
  public int drainNeeds(NeedLog.Reader reader, int most) {
    AgedMemory other = second;
    int shown = first.drainNeeds(reader, most);
    return shown + (other == null ? 0 : other.drainNeeds(reader, most - shown));
  }

  @Override
  public int waitingNeeds() {
    AgedMemory other = second;
    return first.waitingNeeds() + (other == null ? 0 : other.waitingNeeds());
  }

  @Override
  public boolean needsCrowd() {
    AgedMemory other = second;
    return first.needsCrowd() || (other != null && other.needsCrowd());
  }

  @Override
  public long lostNeeds() {
    AgedMemory other = second;
    return first.lostNeeds() + (other == null ? 0 : other.lostNeeds());
  }

  @Override
  public long demandRestores() {
    AgedMemory other = second;
    return first.demandRestores() + (other == null ? 0 : other.demandRestores());
  }

  @Override
  public long prefetchesUsed() {
    AgedMemory other = second;
    return first.prefetchesUsed() + (other == null ? 0 : other.prefetchesUsed());
  }

  /** Of both, which may overlap: at most twice the time that really passed. */
  @Override
  public long stalledNanos() {
    AgedMemory other = second;
    return first.stalledNanos() + (other == null ? 0 : other.stalledNanos());
  }

  @Override
  public boolean isStalled() {
    AgedMemory other = second;
    return first.isStalled() || (other != null && other.isStalled());
  }

  @Override
  public void tidy() {
    AgedMemory other = second;
    first.tidy();
    if (other != null) {
      other.tidy();
    }
  }

  /** One for both, of which checked mode keeps the ledger. */
  @Override
  public Budget budget() {
    return first.budget();
  }

  @Override
  public long heldBytes() {
    return first.heldBytes();
  }

  @Override
  public int demoteForBudget() {
    return first.demoteForBudget();
  }
}
