package io.predicomp.bench.rival;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.concurrent.locks.LockSupport;
import org.h2.store.fs.FilePath;

/**
 * H2's {@code nioMemLZF}, the peer on the JVM: a file in direct buffers whose blocks of 64 KiB are
 * compressed by the thread that writes or reads, once they leave a small cache.
 */
final class H2Rival implements Rival {
  private static final String NAME = "nioMemLZF:predicomp-compare";

  private static final long FREEING_NANOS = 100_000_000;

  private final Pages pages;
  private final FilePath path = FilePath.get(NAME);
  private final FileChannel channel;
  private final long heldBefore = settledDirectBytes();

  H2Rival(Pages pages) throws IOException {
    this.pages = pages;
    channel = path.open("rw");
    demote();
  }

  private static long directBytes() {
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      if (pool.getName().equals("direct")) {
        return pool.getMemoryUsed();
      }
    }
    throw new IllegalStateException("this JVM does not count direct buffers");
  }

  @Override
  public String name() {
    return "H2 nioMemLZF";
  }

  @Override
  public String note() {
    return "blocks of 64 KiB; demotion is writing, which compresses";
  }

  @Override
  public void rewrite() {
    // Writing is what is timed as demotion.
  }

  @Override
  public long demote() throws IOException {
    for (int page = 0; page < pages.count(); page++) {
      ByteBuffer content = pages.content(page).asByteBuffer();
      long at = Pages.offset(page);
      while (content.hasRemaining()) {
        at += channel.write(content, at);
      }
    }
    return pages.count();
  }

  @Override
  public long heldBytes() {
    return settledDirectBytes() - heldBefore;
  }

  private static long settledDirectBytes() {
    // Buffers that were replaced are freed some time after the collector finds them.
    long held = Long.MAX_VALUE;
    for (long now = directBytes(); now < held; now = directBytes()) {
      held = now;
      System.gc();
      LockSupport.parkNanos(FREEING_NANOS);
    }
    return held;
  }

  @Override
  public long read(int[] order, int from, long[] nanos) throws IOException {
    ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    long sum = 0;
    for (int i = 0; i < nanos.length; i++) {
      long offset = Pages.offset(order[from + i]);
      word.clear();
      long start = System.nanoTime();
      int read = channel.read(word, offset);
      nanos[i] = System.nanoTime() - start;
      if (read != Long.BYTES) {
        throw new IOException("H2 read " + read + " bytes of 8");
      }
      sum += word.getLong(0);
    }
    return sum;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    path.delete();
  }
}
