package io.predicomp.workloads.cli;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Where results go. */
final class StandardOutput {
  private StandardOutput() {}

  /**
   * Writes results.
   *
   * @throws UncheckedIOException if they are lost: a disk that is full, a reader that is gone
   */
  static void print(String text) {
    System.out.print(text);
    if (System.out.checkError()) {
      throw new UncheckedIOException(new IOException("standard output cannot be written."));
    }
  }
}
