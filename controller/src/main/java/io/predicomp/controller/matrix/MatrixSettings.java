package io.predicomp.controller.matrix;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * How the matrix is run.
 *
 * @param launcher the program that runs every command
 * @param results where the results go, a new directory in it
 * @param delaySeconds from a workload's start until it is asked to compress, may be a fraction
 * @param durationSeconds of each workload
 * @param regionMebibytes memory of each triggerable workload; empty: its own default
 * @param workers of each workload; empty: its own default
 * @param workloads in this order
 */
public record MatrixSettings(
    Path launcher,
    Path results,
    double delaySeconds,
    long durationSeconds,
    OptionalLong regionMebibytes,
    OptionalLong workers,
    List<MatrixWorkload> workloads) {
  /** Copies the list. */
  public MatrixSettings {
    workloads = List.copyOf(workloads);
  }
}
