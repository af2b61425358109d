package io.predicomp.workloads.cli;

import java.util.Locale;

/** Who says when the region is compressed. */
enum CompressPolicy {
  /** The workload. */
  INTERNAL,
  /** The controller. */
  EXTERNAL,
  /** Each of them. */
  BOTH;

  /** As on the command line and in JSON. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
