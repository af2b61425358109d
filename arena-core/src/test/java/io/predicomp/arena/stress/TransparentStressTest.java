package io.predicomp.arena.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.arena.TransparentSupport;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link TransparentStress} in JVMs of every kind. */
class TransparentStressTest {
  @BeforeAll
  static void needsUserfaultfd() {
    TransparentSupport.require();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-XX:+UseG1GC",
        "-XX:+UseZGC",
        "-XX:+UseParallelGC",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xint",
        "-XX:+UseSerialGC -Xcheck:jni"
      })
  void noWordIsWrong(String options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options.split(" ", -1)));
    command.addAll(List.of("-Xmx256m", "--enable-native-access=ALL-UNNAMED", "-cp", classPath()));
    command.addAll(
        List.of(
            TransparentStress.class.getName(),
            Double.toString(SoakTime.each().toMillis() / 1000.0),
            "64"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60 + SoakTime.each().toSeconds(), TimeUnit.SECONDS), said);
    assertEquals(0, process.exitValue(), said);
    System.out.print(options + ": " + said);
  }

  /** The stress runs on the class path, which has everything. */
  private static String classPath() {
    return String.join(
        File.pathSeparator,
        System.getProperty("jdk.module.path", ""),
        System.getProperty("java.class.path", ""),
        Path.of("target", "test-classes").toAbsolutePath().toString());
  }
}
