package io.predicomp.os.damon;

import java.io.IOException;
import java.util.List;

/**
 * DAMON watching one address range of one process, until it is closed. If this program ends without
 * closing it, a shutdown hook does; if it is killed, see {@link Damon}. Any thread may call any
 * method.
 */
public interface DamonMonitor extends AutoCloseable {
  /** {@return how closely it looks} */
  MonitoringAttributes attributes();

  /**
   * {@return the regions as the last aggregation left them, in the order of their addresses} Empty
   * before the first aggregation; may leave out parts of the range. Waits up to an aggregation.
   *
   * @throws IOException if DAMON no longer watches, because the process ended or somebody switched
   *     it off, or if its files cannot be read; the message says which
   * @throws IllegalStateException if this is closed
   */
  List<DamonRegion> snapshot() throws IOException;

  /** {@return whether it still watches; a monitor that does not never will again} */
  boolean isWatching();

  /** Stops watching and leaves no kdamond; does nothing the second time. */
  @Override
  void close();
}
