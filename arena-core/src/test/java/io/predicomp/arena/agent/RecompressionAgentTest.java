package io.predicomp.arena.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.page.DenseRegion;
import io.predicomp.arena.policy.DenseTierPolicy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Stepped by hand, with a clock that stands still between steps. */
class RecompressionAgentTest {
  private static final int PAGES = 1500;

  private final AtomicLong clock = new AtomicLong(123_456_789);

  @Test
  void pagesGoToDenserTiersWithAge() {
    try (DenseRegion region = new DenseRegion(PAGES)) {
      RecompressionAgent agent = agent(region, policy(true));
      run(agent);
      region.fill(0, PAGES, 1);
      region.demote(0, PAGES);
      run(agent);
      assertEquals(0, region.tier().densePages(), "too young");

      pass(agent, 15);
      assertEquals(PAGES, region.tier().densePages());
      assertEquals(0, region.tier().coldestPages());
      assertEquals(1, region.tier().dictionaries());

      pass(agent, 70);
      assertTrue(
          region.tier().coldestPages() > PAGES * 0.9, () -> "" + region.tier().coldestPages());
      region.check(0, PAGES, 1);
    }
  }

  @Test
  void whatWasDemotedAgainIsYoung() {
    try (DenseRegion region = new DenseRegion(PAGES)) {
      RecompressionAgent agent = agent(region, policy(true));
      run(agent);
      region.fill(0, PAGES, 1);
      region.demote(0, PAGES);
      pass(agent, 8);
      region.fill(0, 500, 2);
      region.demote(0, 500);
      pass(agent, 8);
      assertEquals(PAGES - 500, region.tier().densePages());
      pass(agent, 8);
      assertEquals(PAGES, region.tier().densePages());
      region.check(0, 500, 2);
      region.check(500, PAGES, 1);
    }
  }

  @Test
  void nothingIsDoneTwiceAndDictionariesGoWithTheirPages() {
    try (DenseRegion region = new DenseRegion(PAGES)) {
      RecompressionAgent agent = agent(region, policy(true));
      run(agent);
      region.fill(0, PAGES, 1);
      region.demote(0, PAGES);
      pass(agent, 16);
      assertEquals(1, region.tier().counters().plans.sum());
      long withEncoder = region.tier().dictionaryBytes();
      pass(agent, 10);
      assertTrue(region.tier().dictionaryBytes() < withEncoder, "the encoder is gone");
      assertEquals(PAGES, region.tier().counters().toDense.sum());
      region.fill(0, PAGES, 2);
      pass(agent, 10);
      assertEquals(0, region.tier().dictionaries());
      assertEquals(0, region.tier().dictionaryBytes());
    }
  }

  /** Pages that no longer resemble the sample get a new dictionary. */
  @Test
  void driftTrainsAnew() {
    try (DenseRegion region = new DenseRegion(PAGES)) {
      RecompressionAgent agent = agent(region, policy(true));
      run(agent);
      region.fill(0, PAGES, 1);
      region.demote(0, PAGES);
      pass(agent, 15);
      assertEquals(1, region.tier().counters().plans.sum());
      region.fillOtherwise(0, PAGES);
      region.demote(0, PAGES);
      pass(agent, 15);
      pass(agent, 15);
      assertTrue(region.tier().counters().plans.sum() > 1);
    }
  }

  @Test
  void itWaitsWhileOthersNeedTheQuota() {
    SharedQuota quota = new SharedQuota(1, clock.get());
    try (DenseRegion region = new DenseRegion(PAGES)) {
      RecompressionAgent agent = agent(region, policy(true), quota);
      run(agent);
      region.fill(0, PAGES, 1);
      region.demote(0, PAGES);
      // 54 ms can be saved up (9 % of a hundredth of a minute): 31 of them are used at once, and
      // then the 10 ms that each second brings.
      quota.charge(clock.get(), 31_000_000);
      for (int i = 0; i < 15; i++) {
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        quota.charge(clock.get(), 10_000_000);
        run(agent);
      }
      assertEquals(0, region.tier().densePages());
      assertTrue(quota.mayWork(clock.get()), "others may");
      pass(agent, 1);
      assertEquals(PAGES, region.tier().densePages());
    }
  }

  @Test
  void offMeansOff() {
    try (DenseRegion region = new DenseRegion(PAGES)) {
      RecompressionAgent agent = agent(region, policy(false));
      region.fill(0, PAGES, 1);
      region.demote(0, PAGES);
      for (int i = 0; i < 100; i++) {
        pass(agent, 60);
      }
      assertEquals(0, region.tier().densePages());
      assertEquals("recompression", agent.role());
    }
  }

  @Test
  void aRegionMayCloseBetweenAnyTwoSteps() {
    for (int steps = 0; steps < 40; steps += 3) {
      try (DenseRegion region = new DenseRegion(300)) {
        RecompressionAgent agent = agent(region, policy(true));
        run(agent);
        region.fill(0, 300, 1);
        region.demote(0, 300);
        clock.addAndGet(TimeUnit.SECONDS.toNanos(2));
        run(agent);
        clock.addAndGet(TimeUnit.SECONDS.toNanos(12));
        for (int i = 0; i < steps; i++) {
          agent.doWork();
        }
        region.closeRegion();
        run(agent);
        assertEquals(0, region.tier().dictionaryBytes());
      }
    }
  }

  private RecompressionAgent agent(DenseRegion region, DenseTierPolicy policy) {
    return agent(region, policy, new SharedQuota(50, clock.get()));
  }

  private RecompressionAgent agent(DenseRegion region, DenseTierPolicy policy, SharedQuota quota) {
    AgentClock standing =
        new AgentClock() {
          @Override
          public long nanoTime() {
            return clock.get();
          }

          @Override
          public long cpuNanos() {
            return 0;
          }
        };
    return new RecompressionAgent(region.tier(), policy, new LoopState(), quota, standing);
  }

  /** Times measured on a busy machine must not decide a test. */
  private static DenseTierPolicy policy(boolean enabled) {
    return new DenseTierPolicy(enabled, 10_000, 60_000, 65_536, 128, 32, 5, 0);
  }

  private void pass(RecompressionAgent agent, int seconds) {
    for (int i = 0; i < seconds; i++) {
      clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
      run(agent);
    }
  }

  private static void run(RecompressionAgent agent) {
    int steps = 0;
    while (agent.doWork() > 0) {
      assertTrue(++steps < 100_000, "it does not come to an end");
    }
  }
}
