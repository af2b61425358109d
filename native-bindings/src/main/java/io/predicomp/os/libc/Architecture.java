package io.predicomp.os.libc;

import java.util.Locale;

/** The processor architectures whose constants this module knows. */
enum Architecture {
  X86_64,
  AARCH64;

  /** The one this JVM runs on. */
  static final Architecture CURRENT =
      of(System.getProperty("os.name"), System.getProperty("os.arch"));

  /**
   * {@return the architecture the JVM calls by that name}
   *
   * @throws UnsupportedOperationException if the system is not Linux or the architecture is another
   */
  static Architecture of(String osName, String osArch) {
    if (!osName.equals("Linux")) {
      throw unsupported(osName, osArch);
    }
    return switch (osArch.toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> X86_64;
      case "aarch64" -> AARCH64;
      default -> throw unsupported(osName, osArch);
    };
  }

  private static UnsupportedOperationException unsupported(String osName, String osArch) {
    return new UnsupportedOperationException(
        "io.predicomp.os needs Linux on amd64 or aarch64; this is " + osName + " on " + osArch);
  }
}
