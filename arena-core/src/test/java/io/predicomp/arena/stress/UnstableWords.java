package io.predicomp.arena.stress;

import io.predicomp.arena.PageAccess;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;

/**
 * Accesses through call sites whose target C2 takes for constant: a new target, though it does the
 * same, invalidates every compilation that an access was inlined into.
 */
final class UnstableWords implements Unstable {
  private static final MethodHandle[] GETTERS = twins("getLong", long.class, long.class);
  private static final MethodHandle[] SETTERS =
      twins("setLong", void.class, long.class, long.class);
  private static final MutableCallSite GETTER = new MutableCallSite(GETTERS[0]);
  private static final MutableCallSite SETTER = new MutableCallSite(SETTERS[0]);
  private static final MethodHandle GET = GETTER.dynamicInvoker();
  private static final MethodHandle SET = SETTER.dynamicInvoker();

  private final PageAccess access;
  private int twin;

  UnstableWords(PageAccess access) {
    this.access = access;
  }

  /** Two handles of one method. */
  private static MethodHandle[] twins(String name, Class<?> result, Class<?>... parameters) {
    MethodType type = MethodType.methodType(result, parameters);
    MethodHandle[] twins = new MethodHandle[2];
    try {
      for (int i = 0; i < twins.length; i++) {
        twins[i] = MethodHandles.publicLookup().findVirtual(PageAccess.class, name, type);
      }
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
    return twins;
  }

  @Override
  public long get(long offset) {
    try {
      return (long) GET.invokeExact(access, offset);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  @Override
  public void set(long offset, long value) {
    try {
      SET.invokeExact(access, offset, value);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  @Override
  public void shake() {
    twin = 1 - twin;
    GETTER.setTarget(GETTERS[twin]);
    SETTER.setTarget(SETTERS[twin]);
    MutableCallSite.syncAll(new MutableCallSite[] {GETTER, SETTER});
  }
}
