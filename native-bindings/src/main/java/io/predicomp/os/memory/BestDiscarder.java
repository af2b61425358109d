package io.predicomp.os.memory;

/** Remembers the outcome of the probe. */
final class BestDiscarder {
  static final PageDiscarder INSTANCE =
      ProcessMadviseDiscarder.isSupported()
          ? new ProcessMadviseDiscarder()
          : new MadviseDiscarder();

  private BestDiscarder() {}
}
