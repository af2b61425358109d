package io.predicomp.os.libc;

import io.predicomp.os.testing.AllocationMeter;

/** Prints how many bytes a downcall allocates on the heap. */
public final class DowncallAllocation {
  private DowncallAllocation() {}

  public static void main(String[] args) {
    System.out.println(AllocationMeter.bytesPerCall(() -> Libc.close(-1)));
  }
}
