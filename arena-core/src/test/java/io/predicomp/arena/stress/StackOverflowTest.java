package io.predicomp.arena.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.CompressedArena;
import io.predicomp.arena.PageAccess;
import io.predicomp.arena.Region;
import java.time.Duration;
import java.util.List;
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

  /** There an access is interpreted, and takes more stack than the look for room does. */
  @Test
  void inAJvmThatHasCompiledNothing() throws Exception {
    ChildJvm.run(List.of("-XX:+UseSerialGC"), StackOverflowTest.class);
  }

  /**
   * Ends with 1 if it does not end by itself: a page that is stuck would hold up the close, too.
   */
  public static void main(String[] arguments) throws InterruptedException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    overflow(true);
                    overflow(false);
                  } catch (Throwable t) {
                    failure.set(t);
                  }
                });
    boolean ended = thread.join(Duration.ofSeconds(60));
    if (!ended || failure.get() != null) {
      System.out.println(ended ? failure.get() : "a page is stuck");
      Runtime.getRuntime().halt(1);
    }
  }

  private static void overflow(boolean cursor) throws InterruptedException {
    try (CompressedArena arena = CompressedArena.open()) {
      Region region = arena.allocateRegion(PAGES * PAGE);
      for (long at = 0; at < region.byteSize(); at += 64) {
        region.setLong(at, at);
      }
      // A class whose initializer meets the end of the stack is lost for good, in any program.
      region.compress();
      region.getLong(0);
      region.setLong(PAGE, PAGE);
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
                      dive(access, new int[] {round});
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
      UnderFire.atOnce(List.of(region::close));
    }
  }

  /**
   * Goes down to the end of the stack, then tries a cold page from every frame on the way up: with
   * a little more room each time, the stack ends at one step of the access after the other.
   */
  @SuppressWarnings("InfiniteRecursion") // its end is the point
  private static void dive(PageAccess access, int[] page) {
    try {
      dive(access, page);
    } catch (StackOverflowError e) {
      page[0] = (page[0] + 1) % PAGES;
      long at = (long) page[0] * PAGE;
      if (page[0] % 3 == 0) {
        access.setLong(at, at);
      } else {
        access.getLong(at);
      }
      throw e;
    }
  }
}
