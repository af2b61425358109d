package io.predicomp.os.bundle;

import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.libc.Downcalls;
import io.predicomp.os.libc.SharedLibrary;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * A shared library that a jar carries, loaded for ourselves even if the jar's classes load it too.
 *
 * <p>Two reasons not to use what {@link System#load} loads: it binds its functions at their first
 * call, and it leaves with its class loader. Ours is bound completely when it is loaded and never
 * leaves the process, so its functions may also be called where neither the dynamic linker nor the
 * JVM can run.
 *
 * <p>A library that cannot be loaded is a state, not an exception: {@link #probe()} says why, and
 * the functions linked from it throw {@link UnsupportedOperationException} with that reason.
 */
public final class BundledLibrary {
  private static final Set<String> ARCHITECTURES = Set.of("amd64", "aarch64");
  private static final MethodHandle EXCEPTION = findException();

  private final String name;
  private final Optional<SharedLibrary> library;
  private ProbeResult probe;

  private BundledLibrary(String name, Optional<SharedLibrary> library, ProbeResult probe) {
    this.name = name;
    this.library = library;
    this.probe = probe;
  }

  /**
   * Where a library lies, and what to tell those who cannot use it.
   *
   * @param name what users call it, such as {@code LZ4}
   * @param neighbour a class of the jar that carries it
   * @param resource its path in that jar, where {@code %s} stands for {@code amd64} or {@code
   *     aarch64}
   * @param elsewhere what to do on another platform
   * @param absence why the jar may be without it; {@code %s} stands for the path
   * @param absenceRemedy what to do then
   */
  public record Source(
      String name,
      Class<?> neighbour,
      String resource,
      String elsewhere,
      String absence,
      String absenceRemedy) {}

  /** {@return the library, loaded if this platform allows it} */
  public static BundledLibrary load(Source source) {
    return load(
        source,
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Path.of(System.getProperty("java.io.tmpdir")));
  }

  static BundledLibrary load(Source source, String osName, String osArch, Path temporaryDirectory) {
    String name = source.name();
    if (!osName.equals("Linux") || !ARCHITECTURES.contains(osArch)) {
      return unavailable(
          name,
          "it exists for Linux on amd64 and aarch64, and this is " + osName + " on " + osArch,
          source.elsewhere());
    }
    String path = source.resource().formatted(osArch);
    Optional<byte[]> contents;
    try {
      contents = BundledResource.read(source.neighbour(), path);
    } catch (IOException e) {
      return unavailable(name, "its jar cannot be read: " + e, "check the jar and its permissions");
    }
    if (contents.isEmpty()) {
      return unavailable(name, source.absence().formatted(path), source.absenceRemedy());
    }
    try {
      return new BundledLibrary(
          name,
          Optional.of(openCopy(contents.get(), temporaryDirectory)),
          new ProbeResult.Supported());
    } catch (IOException | UnsatisfiedLinkError e) {
      return unavailable(
          name,
          "a copy of it in " + temporaryDirectory + " cannot be loaded: " + e,
          "set -Djava.io.tmpdir to a writable directory of a file system mounted without noexec");
    }
  }

  /** {@return whether the library is loaded and has every function linked so far} */
  public ProbeResult probe() {
    return probe;
  }

  /**
   * Returns if {@link #probe()} is {@link ProbeResult.Supported}.
   *
   * @throws UnsupportedOperationException if it is not; the message names reason and remedy
   */
  public void require() {
    if (probe instanceof ProbeResult.Unsupported unsupported) {
      throw exception(unsupported);
    }
  }

  /**
   * {@return a handle of one of the library's functions; without the library or the function, one
   * that throws {@link UnsupportedOperationException}, and {@link #probe()} tells}
   *
   * @param symbol the C name
   * @param function its signature
   */
  public MethodHandle link(String symbol, FunctionDescriptor function) {
    Optional<MemorySegment> address = find(symbol);
    if (address.isPresent()) {
      return Downcalls.link(address.get(), function);
    }
    if (library.isPresent()) {
      probe =
          unsupported(
              name,
              "it has no function " + symbol,
              "use the version of its jar that predicomp was built with");
    }
    return throwing(function.toMethodType());
  }

  /** {@return the address of a function, or empty without the library or the function} */
  public Optional<MemorySegment> find(String symbol) {
    return library.flatMap(present -> present.find(symbol));
  }

  /** {@return a handle of that type that throws what {@link #require()} throws} */
  private MethodHandle throwing(MethodType type) {
    MethodHandle throwNew =
        MethodHandles.filterArguments(
            MethodHandles.throwException(type.returnType(), UnsupportedOperationException.class),
            0,
            EXCEPTION);
    return MethodHandles.dropArguments(throwNew.bindTo(probe), 0, type.parameterList());
  }

  private static UnsupportedOperationException exception(ProbeResult.Unsupported unsupported) {
    return new UnsupportedOperationException(unsupported.reason() + "; " + unsupported.remedy());
  }

  private static ProbeResult.Unsupported unsupported(String name, String reason, String remedy) {
    return new ProbeResult.Unsupported(
        "the native library of " + name + " cannot be used: " + reason, remedy);
  }

  private static BundledLibrary unavailable(String name, String reason, String remedy) {
    return new BundledLibrary(name, Optional.empty(), unsupported(name, reason, remedy));
  }

  /**
   * The copy lies in a directory of mode 0700, so that nobody else can exchange it before it is
   * loaded, and is deleted at once: the mapping keeps its contents.
   */
  private static SharedLibrary openCopy(byte[] contents, Path temporaryDirectory)
      throws IOException {
    Path directory = Files.createTempDirectory(temporaryDirectory, "predicomp-");
    try {
      Path copy = directory.resolve("library.so");
      try {
        Files.write(copy, contents);
        return SharedLibrary.open(copy);
      } finally {
        Files.deleteIfExists(copy);
      }
    } finally {
      Files.delete(directory);
    }
  }

  private static MethodHandle findException() {
    try {
      return MethodHandles.lookup()
          .findStatic(
              BundledLibrary.class,
              "exception",
              MethodType.methodType(
                  UnsupportedOperationException.class, ProbeResult.Unsupported.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
