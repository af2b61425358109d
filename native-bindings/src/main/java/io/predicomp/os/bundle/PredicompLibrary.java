package io.predicomp.os.bundle;

import io.predicomp.os.feature.ProbeResult;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Our own native library: what runs where the JVM cannot, in a forked child or in a signal handler.
 * Its source is in {@code src/main/c}; whoever binds functions of it cites the C declaration.
 */
public final class PredicompLibrary {
  private static final BundledLibrary LIBRARY =
      BundledLibrary.load(
          new BundledLibrary.Source(
              "predicomp",
              PredicompLibrary.class,
              // No package, as the name contains a hyphen: so no module hides it.
              "META-INF/native/linux-%s/libpredicomp.so",
              "use what needs no native library of predicomp: checked mode, and workloads that do "
                  + "not fork",
              "this build is without %s, as there was no C compiler for this architecture",
              "install a C compiler and the C library's headers (on Debian: apt-get install gcc "
                  + "libc6-dev) and build predicomp again"));

  private PredicompLibrary() {}

  /** {@return whether the library is loaded and has every function linked so far} */
  public static ProbeResult probe() {
    return LIBRARY.probe();
  }

  /**
   * Returns if {@link #probe()} is {@link ProbeResult.Supported}.
   *
   * @throws UnsupportedOperationException if it is not; the message names reason and remedy
   */
  public static void require() {
    LIBRARY.require();
  }

  /**
   * {@return a handle of one of its functions, which returns what the function returns; without the
   * library, one that throws what {@link #require} throws}
   *
   * @param symbol the C name
   * @param function its signature
   */
  public static MethodHandle link(String symbol, FunctionDescriptor function) {
    return LIBRARY.link(symbol, function);
  }

  /** {@return the address of one of its functions, or empty without the library or the function} */
  public static Optional<MemorySegment> find(String symbol) {
    return LIBRARY.find(symbol);
  }
}
