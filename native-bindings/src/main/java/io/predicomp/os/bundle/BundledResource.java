package io.predicomp.os.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleReader;
import java.util.Optional;

/** Reads a file out of the jar of a class, whether that jar is a module or on the class path. */
final class BundledResource {
  private BundledResource() {}

  /**
   * {@return the file's bytes, or nothing if the jar has no such file}
   *
   * @param neighbour a class of the jar
   * @param path the file's path in the jar, without a leading slash
   * @throws IOException if the jar cannot be read
   */
  static Optional<byte[]> read(Class<?> neighbour, String path) throws IOException {
    Module module = neighbour.getModule();
    return module.isNamed() ? readFromModule(module, path) : readFromClassPath(neighbour, path);
  }

  /**
   * A named module hides the files in its packages from every other module, and {@code linux/amd64}
   * counts as a package. Its reader does not hide them.
   */
  private static Optional<byte[]> readFromModule(Module module, String path) throws IOException {
    try (ModuleReader reader =
        module
            .getLayer()
            .configuration()
            .findModule(module.getName())
            .orElseThrow()
            .reference()
            .open()) {
      Optional<InputStream> file = reader.open(path);
      if (file.isEmpty()) {
        return Optional.empty();
      }
      try (InputStream in = file.get()) {
        return Optional.of(in.readAllBytes());
      }
    }
  }

  private static Optional<byte[]> readFromClassPath(Class<?> neighbour, String path)
      throws IOException {
    try (InputStream in = neighbour.getClassLoader().getResourceAsStream(path)) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    }
  }
}
