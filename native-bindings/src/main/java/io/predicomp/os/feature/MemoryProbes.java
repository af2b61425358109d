package io.predicomp.os.feature;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.Membarrier;
import io.predicomp.os.SystemPage;
import io.predicomp.os.memory.Mapping;
import io.predicomp.os.memory.MemoryAdvice;
import io.predicomp.os.memory.ProcessMadviseDiscarder;
import io.predicomp.os.memory.Residency;

/** Probes of memory calls, on scratch pages of their own. */
final class MemoryProbes {
  private static final String ALLOW = "allow the call in the seccomp profile";

  private MemoryProbes() {}

  static ProbeResult membarrier() {
    try {
      Membarrier.expedited();
      return new ProbeResult.Supported();
    } catch (ErrnoException e) {
      return Refusal.of(e, "use Linux 4.14 or newer", ALLOW);
    }
  }

  static ProbeResult madvise() {
    try (Mapping scratch = Mapping.anonymous(SystemPage.SIZE)) {
      scratch.segment().set(JAVA_BYTE, 0, (byte) 1);
      scratch.advise(MemoryAdvice.DONTNEED, 0, SystemPage.SIZE);
      return scratch.segment().get(JAVA_BYTE, 0) == 0
          ? new ProbeResult.Supported()
          : new ProbeResult.Unsupported(
              "madvise succeeded and the page kept its contents",
              "use a Linux kernel: an emulation of it may take the advice as a mere hint");
    } catch (ErrnoException e) {
      return Refusal.of(e, "use a Linux kernel", "do not lock future memory (mlockall)");
    }
  }

  static ProbeResult processMadvise() {
    try {
      ProcessMadviseDiscarder.check();
      return new ProbeResult.Supported();
    } catch (ErrnoException e) {
      return Refusal.of(e, "use Linux 6.13 or newer", ALLOW);
    }
  }

  static ProbeResult mincore() {
    try (Mapping scratch = Mapping.anonymous(2 * SystemPage.SIZE, MemoryAdvice.NOHUGEPAGE)) {
      scratch.segment().set(JAVA_BYTE, 0, (byte) 1);
      long resident = Residency.residentPages(scratch.segment());
      return resident == 1
          ? new ProbeResult.Supported()
          : new ProbeResult.Unsupported(
              "mincore counted " + resident + " resident pages where 1 was touched",
              "do not lock future memory (mlockall)");
    } catch (ErrnoException e) {
      return Refusal.of(e, "use a Linux kernel", ALLOW);
    }
  }
}
