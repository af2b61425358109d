package io.predicomp.os.codec;

import io.predicomp.os.bundle.BundledLibrary;

/** The native library in the jar of a Java codec library. */
final class CodecJar {
  private CodecJar() {}

  /**
   * {@return the library, loaded if this platform allows it}
   *
   * @param name what users call it
   * @param neighbour a class of the jar
   * @param resource its path in the jar, with {@code %s} for the architecture
   */
  static BundledLibrary load(String name, Class<?> neighbour, String resource) {
    return BundledLibrary.load(
        new BundledLibrary.Source(
            name,
            neighbour,
            resource,
            "use a PageCodec of your own that needs no native library",
            "the jar of " + neighbour.getName() + " has no %s",
            "use that jar unmodified, in the version predicomp depends on"));
  }
}
