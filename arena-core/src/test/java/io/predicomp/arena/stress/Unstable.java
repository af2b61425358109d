package io.predicomp.arena.stress;

import io.predicomp.arena.PageAccess;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;

/**
 * Words whose compiled accesses become invalid whenever somebody shakes them, also in mid-access.
 */
interface Unstable extends Words {
  /** How often a copy may be shaken: HotSpot gives a method up that was thrown away 400 times. */
  int MOST_SHAKES = 300;

  /** Makes what was compiled of this copy invalid. By any thread, one at a time. */
  void shake();

  /** A copy with code of its own: a hidden class made from {@link UnstableWords}. */
  static Unstable of(PageAccess access) throws IOException, ReflectiveOperationException {
    byte[] template;
    try (InputStream in = Unstable.class.getResourceAsStream("UnstableWords.class")) {
      template = in.readAllBytes();
    }
    Class<?> copy = MethodHandles.lookup().defineHiddenClass(template, true).lookupClass();
    return (Unstable) copy.getDeclaredConstructor(PageAccess.class).newInstance(access);
  }
}
