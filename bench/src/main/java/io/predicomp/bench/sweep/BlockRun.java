package io.predicomp.bench.sweep;

import io.predicomp.arena.codec.PageCodec;
import io.predicomp.os.process.ThreadCpuClock;
import java.lang.foreign.MemorySegment;

/** Compresses and restores the same blocks over and over. For one thread. */
final class BlockRun {
  /** A run goes over the blocks until so much time has passed, that clocks are fine enough. */
  private static final long MIN_RUN_NANOS = 2_000_000;

  private final PageCodec codec;
  private final MemorySegment data;
  private final int blockBytes;
  private final int blocks;
  private final MemorySegment compressed;
  private final MemorySegment restored;
  private final int[] lengths;

  /** Wall and CPU milliseconds of one pass over all blocks. */
  record Cost(double wallMs, double cpuMs) {}

  BlockRun(
      PageCodec codec,
      MemorySegment data,
      int blockBytes,
      MemorySegment compressed,
      MemorySegment restored) {
    this.codec = codec;
    this.data = data;
    this.blockBytes = blockBytes;
    this.blocks = (int) (data.byteSize() / blockBytes);
    this.compressed = compressed;
    this.restored = restored;
    this.lengths = new int[blocks];
  }

  Cost compress() {
    return repeat(this::compressOnce);
  }

  Cost decompress() {
    return repeat(this::decompressOnce);
  }

  /** Blocks keep their places, so that a block that does not compress disturbs no other. */
  private void compressOnce() {
    for (int i = 0; i < blocks; i++) {
      long at = (long) i * blockBytes;
      lengths[i] = codec.compress(data, at, blockBytes, compressed, at, blockBytes - 1);
    }
  }

  private void decompressOnce() {
    for (int i = 0; i < blocks; i++) {
      long at = (long) i * blockBytes;
      if (lengths[i] > 0
          && codec.decompress(compressed, at, lengths[i], restored, at, blockBytes) != blockBytes) {
        throw new IllegalStateException(codec.name() + " does not restore block " + i);
      }
    }
  }

  private static Cost repeat(Runnable pass) {
    long wall = System.nanoTime();
    long cpu = ThreadCpuClock.currentThreadNanos();
    int passes = 0;
    long elapsed;
    do {
      pass.run();
      passes++;
      elapsed = System.nanoTime() - wall;
    } while (elapsed < MIN_RUN_NANOS);
    return new Cost(
        elapsed / 1e6 / passes, (ThreadCpuClock.currentThreadNanos() - cpu) / 1e6 / passes);
  }

  int blocks() {
    return blocks;
  }

  /** Blocks that do not become smaller, and stay as they are. */
  int incompressible() {
    int count = 0;
    for (int length : lengths) {
      count += length <= 0 ? 1 : 0;
    }
    return count;
  }

  /** Bytes after compression, incompressible blocks as they are. */
  long compressedBytes() {
    long bytes = 0;
    for (int length : lengths) {
      bytes += length <= 0 ? blockBytes : length;
    }
    return bytes;
  }

  /** Whether every block that was compressed came back byte for byte. */
  boolean roundTrips() {
    for (int i = 0; i < blocks; i++) {
      long at = (long) i * blockBytes;
      if (lengths[i] > 0
          && MemorySegment.mismatch(data, at, at + blockBytes, restored, at, at + blockBytes)
              >= 0) {
        return false;
      }
    }
    return true;
  }
}
