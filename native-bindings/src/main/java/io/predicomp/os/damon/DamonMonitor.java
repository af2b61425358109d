package io.predicomp.os.damon;

import java.io.IOException;
import java.util.List;

/**
 * DAMON watching one address range of one process, until it is closed. If this program ends without
 * closing it, a shutdown hook does; if it is killed, see {@link Damon}. Any thread may call any
 * method.
 */
public final class DamonMonitor implements AutoCloseable {
  private final Damon damon;
  private final Kdamond kdamond;
  private final RegionSource source;
  private final long pid;
  private final long start;
  private final MonitoringAttributes attributes;
  private final Thread hook = new Thread(this::release, "predicomp-damon-release");
  private boolean closed;

  DamonMonitor(
      Damon damon,
      Kdamond kdamond,
      RegionSource source,
      long pid,
      long start,
      MonitoringAttributes attributes) {
    this.damon = damon;
    this.kdamond = kdamond;
    this.source = source;
    this.pid = pid;
    this.start = start;
    this.attributes = attributes;
  }

  void releaseAtExit() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** {@return how closely it looks} */
  public MonitoringAttributes attributes() {
    return attributes;
  }

  /**
   * {@return the regions as the last aggregation left them, in the order of their addresses} Empty
   * before the first aggregation; may leave out parts of the range. Waits up to an aggregation.
   *
   * @throws IOException if DAMON no longer watches, because the process ended or somebody switched
   *     it off, or if its files cannot be read; the message says which
   * @throws IllegalStateException if this is closed
   */
  public synchronized List<DamonRegion> snapshot() throws IOException {
    if (closed) {
      throw new IllegalStateException("this monitor is closed");
    }
    try {
      return source.read();
    } catch (IOException e) {
      if (!isWatching()) {
        throw new IOException(
            Damon.isAlive(pid)
                ? "DAMON stopped watching: somebody switched it off"
                : "DAMON stopped watching: process " + pid + " has ended",
            e);
      }
      throw e;
    }
  }

  private boolean isWatching() {
    try {
      return kdamond.watches(pid, start) && kdamond.isOn();
    } catch (IOException e) {
      return false;
    }
  }

  /** Stops watching and leaves no kdamond; does nothing the second time. */
  @Override
  public void close() {
    release();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook is running already, and finds nothing to do.
    }
  }

  private synchronized void release() {
    if (!closed) {
      closed = true;
      damon.release(kdamond, source, pid, start);
    }
  }
}
