package io.predicomp.os.bpf;

import io.predicomp.os.feature.KernelFeature;
import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.testing.Skip;

/** What tests of programs in the kernel need. */
final class BpfSupport {
  private BpfSupport() {}

  /** Skips the running test where programs cannot be loaded or attached. */
  static void require() {
    for (KernelFeature feature :
        new KernelFeature[] {
          KernelFeature.BPF_TRACEPOINT_PROGRAMS,
          KernelFeature.PERF_EVENTS,
          KernelFeature.TRACEPOINTS
        }) {
      ProbeResult result = feature.probe();
      Skip.unless(result instanceof ProbeResult.Supported, feature.title() + ": " + result);
    }
  }
}
