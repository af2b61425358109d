package io.predicomp.arena.pool;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A pool beside a plain map from owner to what the pool should hold for it. */
final class PoolModel implements AutoCloseable {
  record Stored(long handle, MemorySegment payload) {
    int length() {
      return (int) payload.byteSize();
    }
  }

  final CompressedPool pool;
  final Map<Long, Stored> stored = new HashMap<>();
  final List<Long> owners = new ArrayList<>();
  private long nextOwner = CompressedPool.MAX_OWNER - 1_000_000;

  PoolModel(long limitBytes) {
    this(CompressedPool.create(limitBytes));
  }

  PoolModel(CompressedPool pool) {
    this.pool = pool;
  }

  /** Returns false if the pool refused. */
  boolean store(int length, long seed) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    MemorySegment payload = MemorySegment.ofArray(bytes);
    long owner = nextOwner++;
    long handle = pool.store(owner, payload, 0, length);
    if (handle == CompressedPool.REJECTED_FULL) {
      return false;
    }
    stored.put(owner, new Stored(handle, payload));
    owners.add(owner);
    return true;
  }

  void free(int index) {
    int last = owners.size() - 1;
    long owner = owners.get(index);
    owners.set(index, owners.get(last));
    owners.remove(last);
    Stored gone = stored.remove(owner);
    pool.free(gone.handle(), gone.length());
  }

  int compact(SplittableRandom refusals, double refusalShare, int maxMoves) {
    return pool.compact(
        (owner, oldHandle, newHandle, length) -> {
          Stored object = stored.get(owner);
          if (object.handle() != oldHandle || object.length() != length) {
            throw new AssertionError("compaction found a stale object of owner " + owner);
          }
          if (refusals.nextDouble() < refusalShare) {
            return false;
          }
          MemorySegment memory = pool.memory();
          MemorySegment.copy(
              memory, pool.offset(oldHandle), memory, pool.offset(newHandle), length);
          stored.put(owner, new Stored(newHandle, object.payload()));
          return true;
        },
        maxMoves);
  }

  void check() {
    pool.checkInvariants();
    long bytes = 0;
    for (var entry : stored.entrySet()) {
      Stored object = entry.getValue();
      bytes += object.length();
      MemorySegment found = pool.memory().asSlice(pool.offset(object.handle()), object.length());
      if (found.mismatch(object.payload()) != -1) {
        throw new AssertionError("payload of owner " + entry.getKey() + " differs");
      }
    }
    if (bytes != pool.payloadBytes() || stored.size() != pool.objects()) {
      throw new AssertionError("payload bytes or objects differ from the model");
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
