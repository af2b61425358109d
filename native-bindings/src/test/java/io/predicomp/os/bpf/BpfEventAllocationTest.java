package io.predicomp.os.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.process.ProcessEvent;
import io.predicomp.os.testing.AllocationMeter;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Needs root, and more events than an emulated machine makes in reasonable time. */
class BpfEventAllocationTest {
  @Test
  void readingAllocatesNothing() throws Exception {
    BpfSupport.require();
    try (BpfProcessEvents events = BpfProcessEvents.open(true, 1 << 20)) {
      long[] sum = new long[1];
      Thread storm =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      while (true) {
                        Thread.ofPlatform().start(() -> {}).join();
                      }
                    } catch (InterruptedException e) {
                      // enough
                    }
                  });
      double bytes;
      try {
        Consumer<ProcessEvent> sink = event -> sum[0] += event.nanos() + event.parent();
        bytes =
            AllocationMeter.bytesPerCall(
                () -> {
                  while (events.drain(sink, 1) == 0) {
                    Thread.onSpinWait();
                  }
                });
      } finally {
        storm.interrupt();
        storm.join();
      }
      assertEquals(0, bytes);
      assertTrue(sum[0] > 0);
    }
  }
}
