package io.predicomp.arena.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.PageAccess;
import io.predicomp.arena.Region;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The stack ends in the middle of accesses that restore pages: nothing is lost, nobody hangs. */
class StackOverflowTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 64;
  private static final long STACK_BYTES = 512 * 1024;
  private static final int ROUNDS = 60;

  @Test
  void throughTheRegion() throws InterruptedException {
    overflow(false);
  }

  @Test
  void throughACursor() throws InterruptedException {
    overflow(true);
  }

  private static void overflow(boolean cursor) throws InterruptedException {
    try (CompressedArena arena = CompressedArena.open()) {
      Region region = arena.allocateRegion(PAGES * PAGE);
      for (long at = 0; at < region.byteSize(); at += 64) {
        region.setLong(at, at);
      }
      AtomicInteger overflows = new AtomicInteger();
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread thread =
          new Thread(
              null,
              () -> {
                try {
                  PageAccess access = cursor ? region.cursor() : region;
                  for (int round = 0; round < ROUNDS; round++) {
                    region.compress();
                    try {
                      dive(access, round % PAGES, 0);
                    } catch (StackOverflowError _) {
                      overflows.incrementAndGet();
                    }
                  }
                } catch (Throwable t) {
                  failure.set(t);
                }
              },
              "diver",
              STACK_BYTES);
      thread.setDaemon(true);
      thread.start();
      Crew.join(thread);
      if (failure.get() != null) {
        throw new AssertionError("the diver failed", failure.get());
      }
      assertTrue(overflows.get() > 0, "the stack never ended");
      Thread reader =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      for (long at = 0; at < region.byteSize(); at += 64) {
                        assertEquals(at, region.getLong(at));
                      }
                    } catch (Throwable t) {
                      failure.set(t);
                    }
                  });
      Crew.join(reader);
      if (failure.get() != null) {
        throw new AssertionError("a page is lost", failure.get());
      }
      Thread closer = Thread.ofPlatform().daemon().start(region::close);
      Crew.join(closer);
    }
  }

  /** Every frame touches another page, so that the stack ends in all sorts of places. */
  private static long dive(PageAccess access, int page, int depth) {
    long at = (long) page * PAGE;
    long sum = access.getLong(at);
    if (depth % 3 == 0) {
      access.setLong(at, sum);
    }
    return sum + dive(access, (page + 1) % PAGES, depth + 1);
  }
}
