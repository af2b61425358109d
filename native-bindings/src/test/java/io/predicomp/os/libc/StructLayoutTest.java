package io.predicomp.os.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.testing.SystemHeaders;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sizes and offsets, both as the kernel's ABI fixes them and as the C compiler sees them. */
class StructLayoutTest {
  @Test
  void offsetsAreThoseOfTheAbi() {
    assertEquals(16, Timespec.LAYOUT.byteSize());
    assertEquals(8, offset(Timespec.LAYOUT, "tv_nsec"));
    assertEquals(16, Iovec.LAYOUT.byteSize());
    assertEquals(8, offset(Iovec.LAYOUT, "iov_len"));
    assertEquals(144, Rusage.LAYOUT.byteSize());
    assertEquals(64, offset(Rusage.LAYOUT, "ru_minflt"));
    assertEquals(72, offset(Rusage.LAYOUT, "ru_majflt"));
    assertEquals(8, PollFd.LAYOUT.byteSize());
    assertEquals(6, offset(PollFd.LAYOUT, "revents"));
    assertEquals(16, Rlimit.LAYOUT.byteSize());
    assertEquals(24, UffdioApi.LAYOUT.byteSize());
    assertEquals(8, offset(UffdioApi.LAYOUT, "features"));
    assertEquals(64, PerfEventAttr.LAYOUT.byteSize());
    assertEquals(40, offset(PerfEventAttr.LAYOUT, "flags"));
    assertEquals(16, offset(BpfAttr.MAP_LAYOUT, "map_flags"));
    assertEquals(8, offset(BpfAttr.PROGRAM_LAYOUT, "insns"));
    assertEquals(16, offset(BpfAttr.PROGRAM_LAYOUT, "license"));
    assertEquals(48, offset(BpfAttr.PROGRAM_LAYOUT, "prog_name"));
    assertEquals(64, BpfAttr.PROGRAM_LAYOUT.byteSize());
    assertEquals(24, offset(BpfAttr.ELEMENT_LAYOUT, "flags"));
  }

  @Test
  void theRequestOfTheHandshakeIsComputedAsTheMacroDoes() {
    assertEquals(0xc018aa3fL, UffdioApi.REQUEST);
  }

  @Test
  void aStructFitsTheScratchOfAThread() {
    assertTrue(Rusage.LAYOUT.byteSize() <= ThreadScratch.STRUCT_SIZE);
    assertTrue(Timespec.LAYOUT.byteSize() <= ThreadScratch.STRUCT_SIZE);
  }

  @Test
  void offsetsAreThoseOfTheSystemHeaders() throws Exception {
    Map<String, Long> expected = new LinkedHashMap<>();
    describe(expected, "struct timespec", Timespec.LAYOUT, "tv_sec", "tv_nsec");
    describe(expected, "struct iovec", Iovec.LAYOUT, "iov_base", "iov_len");
    describe(
        expected,
        "struct rusage",
        Rusage.LAYOUT,
        "ru_utime",
        "ru_stime",
        "ru_maxrss",
        "ru_minflt",
        "ru_majflt",
        "ru_nvcsw",
        "ru_nivcsw");
    describe(expected, "struct pollfd", PollFd.LAYOUT, "fd", "events", "revents");
    describe(expected, "struct rlimit", Rlimit.LAYOUT, "rlim_cur", "rlim_max");
    describe(expected, "struct uffdio_api", UffdioApi.LAYOUT, "api", "features", "ioctls");
    for (String field : List.of("map_type", "key_size", "value_size", "max_entries", "map_flags")) {
      expected.put("offsetof(union bpf_attr, " + field + ")", offset(BpfAttr.MAP_LAYOUT, field));
    }
    for (String field : List.of("map_fd", "key", "value", "flags")) {
      expected.put(
          "offsetof(union bpf_attr, " + field + ")", offset(BpfAttr.ELEMENT_LAYOUT, field));
    }
    for (String field :
        List.of(
            "prog_type",
            "insn_cnt",
            "insns",
            "license",
            "log_level",
            "log_size",
            "log_buf",
            "prog_flags",
            "prog_name")) {
      expected.put(
          "offsetof(union bpf_attr, " + field + ")", offset(BpfAttr.PROGRAM_LAYOUT, field));
    }
    // The struct has grown since; its first published size is a constant of its own.
    expected.put("PERF_ATTR_SIZE_VER0", PerfEventAttr.LAYOUT.byteSize());
    for (String field :
        List.of("type", "size", "config", "sample_period", "wakeup_events", "bp_type", "config1")) {
      expected.put(
          "offsetof(struct perf_event_attr, " + field + ")", offset(PerfEventAttr.LAYOUT, field));
    }
    assertEquals(
        expected,
        SystemHeaders.evaluate(
            List.of(
                "time.h",
                "sys/uio.h",
                "sys/resource.h",
                "poll.h",
                "linux/userfaultfd.h",
                "linux/bpf.h",
                "linux/perf_event.h"),
            expected.keySet()));
  }

  @Test
  void objectsOfTheCLibraryFitTheirRoom() throws Exception {
    Map<String, Long> sizes =
        SystemHeaders.evaluate(
            List.of("spawn.h", "pthread.h", "signal.h"),
            List.of(
                "sizeof(posix_spawn_file_actions_t)",
                "sizeof(posix_spawnattr_t)",
                "sizeof(pthread_attr_t)",
                "sizeof(sigset_t)"));
    assertTrue(sizes.get("sizeof(posix_spawn_file_actions_t)") <= ProcessCalls.SPAWN_OBJECT_SIZE);
    assertTrue(sizes.get("sizeof(posix_spawnattr_t)") <= ProcessCalls.SPAWN_OBJECT_SIZE);
    assertTrue(sizes.get("sizeof(pthread_attr_t)") <= 256);
    assertTrue(sizes.get("sizeof(sigset_t)") <= 128);
  }

  private static void describe(
      Map<String, Long> expected, String type, StructLayout layout, String... fields) {
    expected.put("sizeof(" + type + ")", layout.byteSize());
    for (String field : fields) {
      expected.put("offsetof(" + type + ", " + field + ")", offset(layout, field));
    }
  }

  private static long offset(MemoryLayout layout, String field) {
    return layout.byteOffset(PathElement.groupElement(field));
  }
}
