package io.predicomp.bench.result;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Another JVM on this one's class path, for what must not be measured in a process that has grown.
 */
public final class ChildJvm {
  private ChildJvm() {}

  /**
   * A process to start.
   *
   * @param mainClass what it runs
   */
  public static ProcessBuilder of(Class<?> mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // As ./predicomp starts its own: garbage that waits in a large heap would count as resident.
    command.addAll(List.of("-Xms16m", "-Xmn4m", "-XX:+UseSerialGC", "-Xshare:auto"));
    command.addAll(List.of("-Xlog:disable", "-Xlog:all=error,cds*=off:stderr"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(mainClass.getName());
    command.addAll(arguments);
    return new ProcessBuilder(command);
  }
}
