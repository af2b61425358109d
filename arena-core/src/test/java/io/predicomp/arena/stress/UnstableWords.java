package io.predicomp.arena.stress;

import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MutableCallSite;

/**
 * Accesses through call sites whose target C2 takes for constant: a new target, though it does the
 * same, invalidates every compilation that an access was inlined into.
 */
final class UnstableWords implements Unstable {
  private static final Accesses ACCESSES = accesses();
  private static final MutableCallSite GETTER = new MutableCallSite(ACCESSES.getters().get(0));
  private static final MutableCallSite SETTER = new MutableCallSite(ACCESSES.setters().get(0));
  private static final MethodHandle GET = GETTER.dynamicInvoker();
  private static final MethodHandle SET = SETTER.dynamicInvoker();

  private final Object memory;
  private int twin;

  UnstableWords(Object memory) {
    this.memory = memory;
  }

  private static Accesses accesses() {
    try {
      return MethodHandles.classData(
          MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, Accesses.class);
    } catch (IllegalAccessException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @Override
  public long get(long offset) {
    try {
      return (long) GET.invokeExact(memory, offset);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  @Override
  public void set(long offset, long value) {
    try {
      SET.invokeExact(memory, offset, value);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  @Override
  public void shake() {
    twin = 1 - twin;
    GETTER.setTarget(ACCESSES.getters().get(twin));
    SETTER.setTarget(ACCESSES.setters().get(twin));
    MutableCallSite.syncAll(new MutableCallSite[] {GETTER, SETTER});
  }
}
