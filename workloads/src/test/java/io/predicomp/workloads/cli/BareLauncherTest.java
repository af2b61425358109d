package io.predicomp.workloads.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.process.Forker;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of what is built, run where something is missing: privilege, or the C library. */
class BareLauncherTest {
  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");

  @TempDir Path directory;

  /** The modules and the launcher, readable by everybody. */
  private ProcessBuilder copy(String... arguments) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path launcher = directory.resolve("predicomp");
    if (!Files.exists(launcher)) {
      Files.copy(Launched.ROOT.resolve("predicomp"), launcher);
      List<String> modules =
          List.of(System.getProperty("jdk.module.path").split(File.pathSeparator, -1));
      for (int i = 0; i < modules.size(); i++) {
        copyAll(Path.of(modules.get(i)), directory.resolve("modules").resolve("" + i));
      }
    }
    ProcessBuilder builder = Launched.builder(directory, launcher, arguments);
    try (Stream<Path> modules = Files.list(directory.resolve("modules"))) {
      builder
          .environment()
          .put(
              "PREDICOMP_MODULE_PATH",
              modules.map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
    }
    return builder;
  }

  /** A jar goes into a directory of its own, which the JVM then looks for modules in. */
  private static void copyAll(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        Path place =
            each.equals(from)
                ? to.resolve(each.getFileName())
                : to.resolve(from.relativize(each).toString());
        Files.createDirectories(place.getParent());
        Files.copy(each, place);
      }
    }
  }

  private Launched asNobody(String... arguments) throws IOException {
    ProcessBuilder builder = copy(arguments);
    if (System.getProperty("user.name").equals("root")) {
      builder
          .command()
          .addAll(
              0,
              List.of(
                  SETPRIV.toString(),
                  "--reuid=65534",
                  "--regid=65534",
                  "--clear-groups",
                  "--inh-caps=-all",
                  "--bounding-set=-all"));
    }
    return Launched.finish(builder.start());
  }

  /** Whoever runs the tests without being root is unprivileged already. */
  @Test
  void nothingNeedsPrivilege() throws IOException {
    boolean possible =
        !System.getProperty("user.name").equals("root") || Files.isExecutable(SETPRIV);
    if (!possible) {
      System.out.println("SKIPPED: root cannot become somebody else without setpriv");
    }
    assumeTrue(possible, "no setpriv");
    Launched burst =
        Launched.longEnough(
            1,
            seconds ->
                asNobody(
                    "interactive_burst",
                    "--duration-sec",
                    Integer.toString(seconds),
                    "--region-mb",
                    "4",
                    "--use-mem-arena",
                    "--json"),
            json -> json.get("arena_compress_ops").asLong() > 0);
    assertEquals(0, burst.exitCode(), burst.toString());
    assertEquals("ok", burst.json().get("verification").textValue());
    assertTrue(burst.json().get("arena_compress_ops").longValue() > 0, burst.out());
    if (Forker.probe() instanceof ProbeResult.Supported) {
      Launched forks = asNobody("fork_touch_exit", "--duration-sec", "1", "--json");
      assertEquals(0, forks.exitCode(), forks.toString());
      assertTrue(forks.json().get("rlimit_nproc_binds").booleanValue(), forks.out());
      assertTrue(forks.json().get("forks").longValue() > 0, forks.out());
    }
    Launched cgroup = asNobody("anon_streamer", "--cgroup", "nobody-may", "--json");
    assertEquals(2, cgroup.exitCode(), cgroup.toString());
    assertEquals(1, cgroup.err().lines().count(), cgroup.err());
    Launched doctor = asNobody("doctor", "--json");
    assertEquals(0, doctor.exitCode(), doctor.toString());
  }

  /** As with a repository of somebody else's; here a file is where the build would go. */
  @Test
  void whereNothingCanBeBuiltThatIsSaid() throws IOException {
    Files.createDirectory(directory.resolve("workloads"));
    Files.createFile(directory.resolve("workloads/target"));
    ProcessBuilder builder = copy("--version");
    builder.environment().remove("PREDICOMP_MODULE_PATH");
    Launched refused = Launched.finish(builder.start());
    assertEquals(1, refused.exitCode(), refused.toString());
    assertEquals(1, refused.err().lines().count(), refused.err());
    assertTrue(refused.err().contains("has to be built"), refused.err());
  }

  /** In directories, as the tests of one module alone get it, and in jars; tells how many. */
  private static int deleteLibrary(Path root) throws IOException {
    int deleted = 0;
    try (Stream<Path> files = Files.walk(root)) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        if (each.endsWith("libpredicomp.so")) {
          Files.delete(each);
          deleted++;
        } else if (each.toString().endsWith(".jar")) {
          try (FileSystem jar = FileSystems.newFileSystem(each)) {
            deleted += deleteLibrary(jar.getPath("/"));
          }
        }
      }
    }
    return deleted;
  }

  /** As the build leaves it where there is no C compiler. */
  @Test
  void withoutTheLibraryTheTransparentModeAndForksSayWhy() throws IOException {
    copy("doctor");
    // One, or two where there was a cross compiler.
    assertTrue(deleteLibrary(directory.resolve("modules")) > 0);
    String[] burst = {
      "interactive_burst", "--duration-sec", "1", "--region-mb", "4", "--use-mem-arena", "--json"
    };
    Launched run = Launched.finish(copy(burst).start());
    assertEquals(0, run.exitCode(), run.toString());
    JsonNode json = run.json();
    assertEquals("checked", json.get("arena_access").textValue());
    assertTrue(json.get("arena_access_reason").textValue().contains("C compiler"), run.out());
    assertEquals("ok", json.get("verification").textValue());

    List<String> transparent = new ArrayList<>(List.of(burst));
    transparent.addAll(List.of("--arena-access", "transparent"));
    for (List<String> each : List.of(transparent, List.of("fork_exit_storm"))) {
      Launched refused = Launched.finish(copy(each.toArray(String[]::new)).start());
      assertFalse(refused.exitCode() == 0, refused.toString());
      assertEquals(1, refused.err().lines().count(), refused.err());
      assertTrue(refused.err().contains("install a C compiler"), refused.err());
    }
    Launched spawned = Launched.finish(copy("fork_exec_storm", "--duration-sec", "1").start());
    assertEquals(0, spawned.exitCode(), spawned.toString());
  }
}
