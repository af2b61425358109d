package io.predicomp.os.damon;

import java.io.IOException;
import java.util.List;

/** A monitor that the kernel's DAMON works for. */
final class KernelMonitor implements DamonMonitor {
  private final Damon damon;
  private final Kdamond kdamond;
  private final RegionSource source;
  private final long pid;
  private final long start;
  private final MonitoringAttributes attributes;
  private final Thread hook = new Thread(this::release, "predicomp-damon-release");
  private boolean closed;

  KernelMonitor(
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

  @Override
  public MonitoringAttributes attributes() {
    return attributes;
  }

  @Override
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

  @Override
  public synchronized boolean isWatching() {
    try {
      return !closed && kdamond.watches(pid, start) && kdamond.isOn();
    } catch (IOException e) {
      return false;
    }
  }

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
