package io.predicomp.os.libc;

import io.predicomp.os.Membarrier;
import io.predicomp.os.address.AddressSpace;
import io.predicomp.os.memory.AddressRanges;
import io.predicomp.os.memory.MadviseDiscarder;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.ProcessMadviseDiscarder;
import io.predicomp.os.process.MonotonicClock;
import io.predicomp.os.process.ThreadCpuClock;
import io.predicomp.os.testing.AllocationMeter;

/** Prints how many bytes the calls that hot paths make allocate on the heap; the control must. */
public final class DowncallAllocation {
  static final String CONTROL = "control";

  private static final long PAGE = 4096;

  private static Object kept = "";

  private DowncallAllocation() {}

  public static void main(String[] args) {
    print(CONTROL, () -> kept = new long[1]);
    ThreadCpuClock clock = ThreadCpuClock.ofCurrentThread();
    print("thread CPU clock", ThreadCpuClock::currentThreadNanos);
    print("CPU clock of a thread", clock::nanos);
    print("process CPU clock", ThreadCpuClock::processNanos);
    print("monotonic clock", MonotonicClock::nanos);
    if (Membarrier.isSupported()) {
      print("membarrier", Membarrier::expedited);
    }
    try (Mapping mapping = Mapping.anonymous(4 * PAGE)) {
      print("discard", () -> mapping.discard(0, PAGE));
      print("populate", () -> mapping.populate(0, PAGE));
      print("fill", () -> AddressSpace.fill(mapping.address(), PAGE, (byte) 1));
      AddressRanges ranges = new AddressRanges(2);
      ranges.add(mapping.address(), PAGE);
      ranges.add(mapping.address() + 2 * PAGE, PAGE);
      MadviseDiscarder each = new MadviseDiscarder();
      print("madvise", () -> each.discard(ranges));
      if (ProcessMadviseDiscarder.isSupported()) {
        ProcessMadviseDiscarder discarder = new ProcessMadviseDiscarder();
        print("process_madvise", () -> discarder.discard(ranges));
      }
    }
    if (kept == null) {
      throw new AssertionError("the control did not run");
    }
  }

  private static void print(String name, Runnable call) {
    System.out.println(AllocationMeter.bytesPerCall(call, 0) + " " + name);
  }
}
