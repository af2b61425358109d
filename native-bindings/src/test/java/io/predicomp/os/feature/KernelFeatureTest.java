package io.predicomp.os.feature;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.Membarrier;
import io.predicomp.os.feature.ProbeResult.Supported;
import io.predicomp.os.feature.ProbeResult.Unknown;
import io.predicomp.os.feature.ProbeResult.Unsupported;
import io.predicomp.os.memory.ProcessMadviseDiscarder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KernelFeatureTest {
  @ParameterizedTest
  @EnumSource
  void isDescribedAndAnswersHere(KernelFeature feature) {
    ProbeResult result = feature.probe();
    System.out.println(feature.title() + ": " + result);
    assertAll(
        () -> assertFalse(feature.title().isBlank()),
        () -> assertFalse(feature.neededFor().isBlank()),
        () -> assertFalse(feature.without().isBlank()),
        () -> {
          switch (result) {
            case Supported supported -> Objects.requireNonNull(supported.detail());
            case Unsupported(String reason, String remedy) ->
                assertFalse(reason.isBlank() || remedy.isBlank());
            case Unknown(String reason) -> assertFalse(reason.isBlank());
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void answersInAnEmptyFileSystem(KernelFeature feature, @TempDir Path empty) {
    Objects.requireNonNull(feature.probe(empty));
  }

  @ParameterizedTest
  @EnumSource
  void isDocumented(KernelFeature feature) throws IOException {
    String document = Files.readString(Path.of("..", "docs", "kernels.md"));
    assertTrue(document.contains("| " + feature.title() + " |"), feature.title());
  }

  @Test
  void probesAgreeWithWhatTheyProbe() {
    assertEquals(
        Membarrier.isSupported(),
        KernelFeature.MEMBARRIER_PRIVATE_EXPEDITED.probe() instanceof Supported);
    assertEquals(
        ProcessMadviseDiscarder.isSupported(),
        KernelFeature.PROCESS_MADVISE_SELF.probe() instanceof Supported);
  }

  @Test
  void everyLinuxCanDiscardAndCountPages() {
    assertInstanceOf(Supported.class, KernelFeature.MADVISE_DONTNEED.probe());
    assertInstanceOf(Supported.class, KernelFeature.MINCORE.probe());
  }

  @Test
  void probesCloseWhatTheyOpen() throws IOException {
    for (int i = 0; i < 20; i++) {
      KernelFeature.USERFAULTFD.probe();
      KernelFeature.BPF_TRACEPOINT_PROGRAMS.probe();
      KernelFeature.PERF_EVENTS.probe();
    }
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      List<String> left =
          files
              .map(KernelFeatureTest::target)
              .filter(target -> target.matches("anon_inode:.*(userfaultfd|bpf|perf_event).*"))
              .toList();
      assertEquals(List.of(), left);
    }
  }

  @Test
  void userfaultfdNeedsThreeFeatures() {
    long all = 0x1ffff;
    assertEquals(new Supported("features 0x1ffff"), UserfaultfdProbe.judge(all));
    Unsupported noSigbus =
        assertInstanceOf(Unsupported.class, UserfaultfdProbe.judge(all & ~(1 << 7)));
    assertTrue(noSigbus.reason().contains("UFFD_FEATURE_SIGBUS"));
    Unsupported noWriteProtection =
        assertInstanceOf(Unsupported.class, UserfaultfdProbe.judge(all & ~1));
    assertTrue(noWriteProtection.reason().contains("UFFD_FEATURE_PAGEFAULT_FLAG_WP"));
    Unsupported noExactAddress =
        assertInstanceOf(Unsupported.class, UserfaultfdProbe.judge(all & ~(1 << 11)));
    assertTrue(noExactAddress.remedy().contains("5.18"));
  }

  @Test
  void aRefusalSaysWhoRefused() {
    assertEquals(
        new Unsupported("c(): ENOSYS (38), Function not implemented", "old; denied"),
        refusal(Errno.ENOSYS));
    assertEquals("old", assertInstanceOf(Unsupported.class, refusal(Errno.EINVAL)).remedy());
    assertEquals("denied", assertInstanceOf(Unsupported.class, refusal(Errno.EPERM)).remedy());
    assertEquals("denied", assertInstanceOf(Unsupported.class, refusal(Errno.EACCES)).remedy());
    assertInstanceOf(Unknown.class, refusal(Errno.EMFILE));
    assertInstanceOf(Unknown.class, refusal(Errno.ENOMEM));
  }

  private static ProbeResult refusal(Errno errno) {
    return Refusal.of(new ErrnoException("c", errno.number(), ""), "old", "denied");
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // closed since it was listed
    }
  }
}
