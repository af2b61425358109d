package io.predicomp.os.memory;

import java.nio.file.Path;

/**
 * How much physical memory a process has, summed over its mappings: {@code /proc/PID/smaps_rollup}.
 * The kernel walks every page table of the process to answer, which takes time in proportion to its
 * memory: for measuring, not for control loops.
 *
 * @param rssBytes resident, shared pages counted in full
 * @param pssBytes resident, each shared page divided by the number of processes that have it
 * @param pssAnonBytes the part of {@code pssBytes} that is anonymous
 * @param pssFileBytes the part of {@code pssBytes} that comes from files
 * @param pssShmemBytes the part of {@code pssBytes} that is shared memory or tmpfs
 * @param anonymousBytes the part of {@code rssBytes} that is anonymous
 * @param swapBytes anonymous memory in swap, in no other figure here
 */
public record SmapsRollup(
    long rssBytes,
    long pssBytes,
    long pssAnonBytes,
    long pssFileBytes,
    long pssShmemBytes,
    long anonymousBytes,
    long swapBytes) {

  private static final Path SELF = Path.of("/proc/self/smaps_rollup");

  /**
   * {@return the figures of this process}
   *
   * @throws java.io.UncheckedIOException as {@link #read(Path)}
   */
  public static SmapsRollup read() {
    return read(SELF);
  }

  /**
   * {@return the figures in that file}
   *
   * @throws java.io.UncheckedIOException if it cannot be read, or lacks a figure; all are there
   *     since Linux 5.4
   */
  public static SmapsRollup read(Path file) {
    KibibyteTable table = KibibyteTable.read(file);
    return new SmapsRollup(
        table.bytes("Rss"),
        table.bytes("Pss"),
        table.bytes("Pss_Anon"),
        table.bytes("Pss_File"),
        table.bytes("Pss_Shmem"),
        table.bytes("Anonymous"),
        table.bytes("Swap"));
  }

  /** {@return the part of {@link #rssBytes} that is not anonymous: files and shared memory} */
  public long fileBytes() {
    return rssBytes - anonymousBytes;
  }
}
