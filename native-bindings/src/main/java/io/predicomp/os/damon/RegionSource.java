package io.predicomp.os.damon;

import java.io.IOException;
import java.util.List;

/** Where regions are read. */
interface RegionSource {
  /** {@return the regions of the last aggregation, by address; empty before the first} */
  List<DamonRegion> read() throws IOException;

  /** Gives back what it holds. */
  void close() throws IOException;
}
