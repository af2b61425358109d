package io.predicomp.arena.stress;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.predicomp.arena.PageAccess;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;

/**
 * Words whose compiled accesses become invalid whenever somebody shakes them, also in mid-access.
 */
interface Unstable extends Words {
  /** How often a copy may be shaken: HotSpot gives a method up that was thrown away 400 times. */
  int MOST_SHAKES = 300;

  /** Makes what was compiled of this copy invalid. By any thread, one at a time. */
  void shake();

  /**
   * How memory of some kind is read and written: two handles each, which do the same, of the types
   * {@code (Object, long)long} and {@code (Object, long, long)void}.
   */
  record Accesses(List<MethodHandle> getters, List<MethodHandle> setters) {
    /** Of the cursors and regions of checked mode. */
    static final Accesses CHECKED =
        new Accesses(
            twins(PageAccess.class, "getLong", long.class, long.class),
            twins(PageAccess.class, "setLong", void.class, long.class, long.class));

    /** Of any segment. */
    static final Accesses PLAIN =
        new Accesses(
            twins(Longs.class, "get", long.class, long.class),
            twins(Longs.class, "set", void.class, long.class, long.class));

    private static List<MethodHandle> twins(
        Class<?> memory, String name, Class<?> result, Class<?>... parameters) {
      MethodType type = MethodType.methodType(result, parameters);
      MethodType general = type.insertParameterTypes(0, Object.class);
      MethodHandle[] twins = new MethodHandle[2];
      try {
        for (int i = 0; i < twins.length; i++) {
          twins[i] = MethodHandles.lookup().findVirtual(memory, name, type).asType(general);
        }
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
      return List.of(twins);
    }
  }

  /** A segment of longs at byte offsets. */
  record Longs(MemorySegment segment) {
    long get(long offset) {
      return segment.get(JAVA_LONG, offset);
    }

    void set(long offset, long value) {
      segment.set(JAVA_LONG, offset, value);
    }
  }

  /**
   * A copy with code of its own: a hidden class made from {@link UnstableWords}.
   *
   * @param memory what the accesses take
   */
  static Unstable of(Object memory, Accesses accesses)
      throws IOException, ReflectiveOperationException {
    byte[] template;
    try (InputStream in = Unstable.class.getResourceAsStream("UnstableWords.class")) {
      template = in.readAllBytes();
    }
    Class<?> copy =
        MethodHandles.lookup()
            .defineHiddenClassWithClassData(template, accesses, true)
            .lookupClass();
    return (Unstable) copy.getDeclaredConstructor(Object.class).newInstance(memory);
  }
}
