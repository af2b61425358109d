package io.predicomp.os.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.testing.SystemHeaders;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConstantsTest {
  @Test
  void architecturesAreRecognisedByTheNamesTheJvmUses() {
    assertEquals(Architecture.X86_64, Architecture.of("Linux", "amd64"));
    assertEquals(Architecture.AARCH64, Architecture.of("Linux", "aarch64"));
  }

  @Test
  void anotherPlatformIsRefusedByName() {
    UnsupportedOperationException e =
        assertThrows(
            UnsupportedOperationException.class, () -> Architecture.of("Mac OS X", "aarch64"));
    assertTrue(e.getMessage().contains("Mac OS X on aarch64"));
    assertThrows(UnsupportedOperationException.class, () -> Architecture.of("Linux", "riscv64"));
  }

  @Test
  void systemCallsHaveTheNumbersOfTheSystemHeaders() throws Exception {
    List<String> names = Arrays.stream(SystemCall.values()).map(ConstantsTest::macro).toList();
    Map<String, Long> headers = SystemHeaders.evaluate(List.of("sys/syscall.h"), names);
    for (SystemCall call : SystemCall.values()) {
      assertEquals(
          headers.get(macro(call)), call.number(Architecture.CURRENT), () -> "number of " + call);
    }
  }

  @Test
  void systemCallsOfAarch64HaveTheNumbersOfTheGenericHeader() throws Exception {
    List<String> names = Arrays.stream(SystemCall.values()).map(ConstantsTest::macro).toList();
    Map<String, Long> headers = SystemHeaders.evaluate(List.of("asm-generic/unistd.h"), names);
    for (SystemCall call : SystemCall.values()) {
      assertEquals(
          headers.get(macro(call)), call.number(Architecture.AARCH64), () -> "number of " + call);
    }
  }

  @Test
  void otherNumbersAreThoseOfTheSystemHeaders() throws Exception {
    Map<String, Long> expected =
        Map.of(
            "UFFDIO_API", UffdioApi.REQUEST,
            "UFFD_USER_MODE_ONLY", (long) UffdioApi.USER_MODE_ONLY,
            "UIO_MAXIOV", (long) Iovec.MAX_COUNT,
            "PERF_FLAG_FD_CLOEXEC", PerfEventAttr.CLOSE_ON_EXEC,
            "(RUSAGE_SELF)", (long) Rusage.SELF,
            "(POLLIN)", (long) PollFd.POLLIN,
            "(BPF_MAP_CREATE)", (long) BpfAttr.MAP_CREATE,
            "(BPF_PROG_LOAD)", (long) BpfAttr.PROG_LOAD);
    assertEquals(
        expected,
        SystemHeaders.evaluate(
            List.of(
                "linux/userfaultfd.h",
                "sys/ioctl.h",
                "linux/uio.h",
                "linux/perf_event.h",
                "sys/resource.h",
                "poll.h",
                "linux/bpf.h"),
            expected.keySet()));
  }

  private static String macro(SystemCall call) {
    return "__NR_" + call.name().toLowerCase(Locale.ROOT);
  }
}
