package io.predicomp.os.libc;

import static java.util.Map.entry;
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
        Map.ofEntries(
            entry("UFFDIO_API", UffdioApi.REQUEST),
            entry("UFFD_USER_MODE_ONLY", (long) UffdioApi.USER_MODE_ONLY),
            entry("UIO_MAXIOV", (long) Iovec.MAX_COUNT),
            entry("PERF_FLAG_FD_CLOEXEC", PerfEventAttr.CLOSE_ON_EXEC),
            entry("PERF_EVENT_IOC_ENABLE", PerfEventAttr.ENABLE),
            entry("PERF_EVENT_IOC_SET_BPF", PerfEventAttr.SET_BPF),
            entry("(RUSAGE_SELF)", (long) Rusage.SELF),
            entry("(POLLIN)", (long) PollFd.POLLIN),
            entry("(BPF_MAP_CREATE)", (long) BpfAttr.MAP_CREATE),
            entry("(BPF_MAP_LOOKUP_ELEM)", (long) BpfAttr.MAP_LOOKUP_ELEM),
            entry("(BPF_MAP_UPDATE_ELEM)", (long) BpfAttr.MAP_UPDATE_ELEM),
            entry("(BPF_MAP_DELETE_ELEM)", (long) BpfAttr.MAP_DELETE_ELEM),
            entry("(BPF_MAP_GET_NEXT_KEY)", (long) BpfAttr.MAP_GET_NEXT_KEY),
            entry("(BPF_PROG_LOAD)", (long) BpfAttr.PROG_LOAD));
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

  @Test
  void numbersOfSocketsAreThoseOfTheSystemHeaders() throws Exception {
    Map<String, Long> expected =
        Map.ofEntries(
            entry("(SOCK_NONBLOCK)", (long) SocketCalls.SOCK_NONBLOCK),
            entry("(SOCK_CLOEXEC)", (long) SocketCalls.SOCK_CLOEXEC),
            entry("(SO_PEERCRED)", (long) SocketCalls.SO_PEERCRED),
            entry("(SO_RCVBUFFORCE)", (long) SocketCalls.SO_RCVBUFFORCE),
            entry("(MSG_NOSIGNAL)", (long) SocketCalls.MSG_NOSIGNAL),
            entry("(MSG_DONTWAIT)", (long) SocketCalls.MSG_DONTWAIT),
            entry("(AF_NETLINK)", (long) SocketCalls.AF_NETLINK));
    assertEquals(expected, SystemHeaders.evaluate(List.of("sys/socket.h"), expected.keySet()));
  }

  private static String macro(SystemCall call) {
    return "__NR_" + call.name().toLowerCase(Locale.ROOT);
  }
}
