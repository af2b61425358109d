package io.predicomp.os;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.predicomp.os.libc.Libc;
import io.predicomp.os.testing.AllocationMeter;
import io.predicomp.os.testing.Skip;
import io.predicomp.os.testing.SystemHeaders;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MembarrierTest {
  @Test
  void isSupportedExactlyIfTheKernelAnswersTheQuery() {
    int commands = Libc.membarrier(Membarrier.QUERY, 0, 0);
    boolean offered = commands >= 0 && (commands & Membarrier.PRIVATE_EXPEDITED) != 0;
    assertEquals(offered, Membarrier.isSupported());
  }

  @Test
  void manyThreadsMayCallItAtOnce() throws Exception {
    Skip.unless(Membarrier.isSupported(), "membarrier is not supported here");
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<? extends Future<?>> calls =
          IntStream.range(0, 4)
              .mapToObj(
                  thread ->
                      threads.submit(
                          () -> IntStream.range(0, 2_000).forEach(i -> Membarrier.expedited())))
              .toList();
      for (Future<?> call : calls) {
        call.get();
      }
    }
  }

  @Test
  void allocatesNothing() {
    Skip.unless(Membarrier.isSupported(), "membarrier is not supported here");
    assertEquals(0, AllocationMeter.bytesPerCall(Membarrier::expedited));
  }

  @Test
  void requiringWhatIsSupportedDoesNothing() {
    Skip.unless(Membarrier.isSupported(), "membarrier is not supported here");
    assertDoesNotThrow(Membarrier::requireSupported);
  }

  @Test
  void commandsAreThoseOfTheSystemHeaders() throws Exception {
    // Constants of an enum, which the preprocessor does not see: parentheses make them expressions.
    Map<String, Long> headers =
        SystemHeaders.evaluate(
            List.of("linux/membarrier.h"),
            List.of(
                "(MEMBARRIER_CMD_QUERY)",
                "(MEMBARRIER_CMD_PRIVATE_EXPEDITED)",
                "(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)"));
    assertEquals(
        Map.of(
            "(MEMBARRIER_CMD_QUERY)", (long) Membarrier.QUERY,
            "(MEMBARRIER_CMD_PRIVATE_EXPEDITED)", (long) Membarrier.PRIVATE_EXPEDITED,
            "(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)",
                (long) Membarrier.REGISTER_PRIVATE_EXPEDITED),
        headers);
  }
}
