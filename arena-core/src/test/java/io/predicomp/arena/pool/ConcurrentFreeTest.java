package io.predicomp.arena.pool;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Threads free what the owner stores: no handle is lost, and none is handed out twice. */
class ConcurrentFreeTest {
  private static final int FREEING_THREADS = 3;
  private static final int STORES = 200_000;

  /** The payload names its object, so that a slot handed out twice shows as a wrong name. */
  private record Stored(long handle, int length, long name) {}

  private static final Stored END = new Stored(0, 0, 0);

  @Test
  void freesOfManyThreadsWhileTheOwnerStores() throws Exception {
    try (Arena scratch = Arena.ofShared();
        var pool = CompressedPool.create(4 << 20);
        ExecutorService threads = Executors.newFixedThreadPool(FREEING_THREADS)) {
      var queue = new ArrayBlockingQueue<Stored>(512);
      List<Future<?>> freeing = new ArrayList<>();
      for (int i = 0; i < FREEING_THREADS; i++) {
        freeing.add(
            threads.submit(
                () -> {
                  for (Stored s = queue.take(); !s.equals(END); s = queue.take()) {
                    assertEquals(
                        s.name(), pool.memory().get(JAVA_LONG_UNALIGNED, pool.offset(s.handle())));
                    pool.free(s.handle(), s.length());
                  }
                  queue.put(END);
                  return null;
                }));
      }
      MemorySegment payload = scratch.allocate(4096);
      var random = new SplittableRandom(1);
      long drained = 0;
      for (long name = 1; name <= STORES; name++) {
        int length = random.nextInt(8, 4000);
        payload.set(JAVA_LONG, 0, name);
        long handle = pool.store(name, payload, 0, length);
        assertTrue(handle > 0, "the freed slots were lost");
        queue.put(new Stored(handle, length, name));
        if (name % 1000 == 0) {
          drained += pool.drainFreed();
        }
      }
      queue.put(END);
      for (Future<?> each : freeing) {
        each.get();
      }
      assertEquals(0, pool.objects());
      assertEquals(0, pool.payloadBytes());
      pool.checkInvariants();
      drained += pool.drainFreed();
      assertTrue(drained > 0);
      assertEquals(0, pool.fragmentedBytes());
      pool.checkInvariants();
    }
  }

  @RepeatedTest(20)
  void ofTwoFreesOfOneHandleExactlyOneSucceeds() throws Exception {
    int count = 2000;
    try (var pool = CompressedPool.create(4 << 20);
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      var handles = new AtomicLongArray(count);
      MemorySegment payload = MemorySegment.ofArray(new byte[64]);
      for (int i = 0; i < count; i++) {
        handles.set(i, pool.store(i, payload, 0, 64));
      }
      var refused = new AtomicInteger();
      Runnable freeAll =
          () -> {
            for (int i = 0; i < count; i++) {
              try {
                pool.free(handles.get(i), 64);
              } catch (IllegalStateException e) {
                refused.incrementAndGet();
              }
            }
          };
      Future<?> one = threads.submit(freeAll);
      Future<?> other = threads.submit(freeAll);
      one.get();
      other.get();
      assertEquals(count, refused.get());
      pool.checkInvariants();
      assertEquals(count, pool.drainFreed());
    }
  }
}
