package io.predicomp.arena.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AgentThreadTest {
  /** Counts slices; throws when told to. */
  private static final class Counting implements Agent {
    final AtomicInteger slices = new AtomicInteger();
    final CountDownLatch some = new CountDownLatch(5);
    final CountDownLatch stopped = new CountDownLatch(1);
    volatile RuntimeException error = null;

    @Override
    public int doWork() {
      slices.incrementAndGet();
      some.countDown();
      if (error != null) {
        throw error;
      }
      return 0;
    }

    @Override
    public String role() {
      return "counting";
    }

    @Override
    public long idleNanos() {
      return 100_000;
    }

    @Override
    public void onStop() {
      stopped.countDown();
    }
  }

  @Test
  void repeatsUntilItIsClosed() throws InterruptedException {
    Counting agent = new Counting();
    AgentThread thread = new AgentThread("test", agent, _ -> {});
    thread.start();
    assertTrue(agent.some.await(30, TimeUnit.SECONDS));
    thread.close();
    thread.close();
    int slices = agent.slices.get();
    assertEquals(0, agent.stopped.getCount());
    assertTrue(thread.cpuNanos() > 0);
    assertNull(thread.failure());
    assertEquals(slices, agent.slices.get());
  }

  @Test
  void anErrorStopsItAndIsKept() throws InterruptedException {
    Counting agent = new Counting();
    agent.error = new IllegalStateException("broken");
    CountDownLatch told = new CountDownLatch(1);
    try (AgentThread thread = new AgentThread("test", agent, _ -> told.countDown())) {
      thread.start();
      assertTrue(told.await(30, TimeUnit.SECONDS));
      assertSame(agent.error, thread.failure());
      assertEquals(1, agent.slices.get());
      assertEquals(0, agent.stopped.getCount());
    }
  }

  @Test
  void neverStartedItCloses() {
    new AgentThread("test", new Counting(), _ -> {}).close();
  }
}
