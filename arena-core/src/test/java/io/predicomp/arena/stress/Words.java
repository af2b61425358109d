package io.predicomp.arena.stress;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.arena.PageAccess;
import java.lang.foreign.MemorySegment;

/** Memory as a test sees it: longs at byte offsets. Negative controls put broken ones here. */
public interface Words {
  long get(long offset);

  void set(long offset, long value);

  /** Plain accesses. */
  static Words plain(PageAccess access) {
    return new Words() {
      @Override
      public long get(long offset) {
        return access.getLong(offset);
      }

      @Override
      public void set(long offset, long value) {
        access.setLong(offset, value);
      }
    };
  }

  /** Plain accesses to plain memory. */
  static Words of(MemorySegment segment) {
    return new Words() {
      @Override
      public long get(long offset) {
        return segment.get(JAVA_LONG, offset);
      }

      @Override
      public void set(long offset, long value) {
        segment.set(JAVA_LONG, offset, value);
      }
    };
  }

  /** Plain accesses to words that only ever grow by one: setting one is adding to it. */
  static Words added(PageAccess access) {
    return new Words() {
      @Override
      public long get(long offset) {
        return access.getLong(offset);
      }

      @Override
      public void set(long offset, long value) {
        long sum = access.addLong(offset, 1);
        if (sum != value) {
          throw new AssertionError("became " + sum + " at " + offset + ", not " + value);
        }
      }
    };
  }

  /** Volatile accesses. */
  static Words ordered(PageAccess access) {
    return new Words() {
      @Override
      public long get(long offset) {
        return access.getLongVolatile(offset);
      }

      @Override
      public void set(long offset, long value) {
        access.setLongVolatile(offset, value);
      }
    };
  }
}
