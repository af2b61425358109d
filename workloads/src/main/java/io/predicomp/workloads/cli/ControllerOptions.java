package io.predicomp.workloads.cli;

import io.predicomp.controller.run.SocketFile;
import io.predicomp.controller.wire.EnrolledProcess;
import io.predicomp.controller.wire.Message.Enroll;
import io.predicomp.workloads.run.DemotionRequests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Whether a controller may ask the workload to compress. */
final class ControllerOptions {
  /** {@code --compress-policy}. */
  static final class Policy implements ITypeConverter<CompressPolicy> {
    @Override
    public CompressPolicy convert(String text) {
      return switch (text) {
        case "internal" -> CompressPolicy.INTERNAL;
        case "external" -> CompressPolicy.EXTERNAL;
        case "both" -> CompressPolicy.BOTH;
        default ->
            throw new TypeConversionException("'" + text + "' is not internal, external or both.");
      };
    }
  }

  @Option(
      names = "--controller-enroll",
      description = "Enrol with a controller (see ./predicomp controller); needs --use-mem-arena.")
  boolean enroll;

  @Option(
      names = "--controller-sock",
      paramLabel = "FILE",
      description = "Where the controller listens (default: /tmp/predicomp-controller.sock).")
  @Nullable Path socket;

  @Option(
      names = "--compress-policy",
      paramLabel = "P",
      defaultValue = "internal",
      converter = Policy.class,
      description =
          "Who says when the region is compressed: internal (the workload), external (the"
              + " controller) or both (default: ${DEFAULT-VALUE}).")
  CompressPolicy policy = CompressPolicy.INTERNAL;

  /**
   * @throws Refusal if the options do not go together
   */
  void check(boolean arena, boolean autoloops) {
    if (enroll && !arena) {
      throw new Refusal("Option '--controller-enroll' needs --use-mem-arena.");
    }
    if (socket != null && !enroll) {
      throw new Refusal("Option '--controller-sock' needs --controller-enroll.");
    }
    if (policy != CompressPolicy.INTERNAL && !enroll) {
      throw Refusal.ofValue("--compress-policy", policy.word(), "needs --controller-enroll");
    }
    if (policy == CompressPolicy.EXTERNAL && autoloops) {
      throw new Refusal(
          "Option '--arena-autoloops' compresses by itself; give --compress-policy both, or leave"
              + " it out.");
    }
  }

  /** {@return what the controller asks through a connection} */
  DemotionRequests requests(Optional<EnrolledProcess> process) {
    return process
        .<DemotionRequests>map(
            each -> new ControllerRequests(each, policy == CompressPolicy.EXTERNAL))
        .orElse(DemotionRequests.NONE);
  }

  /**
   * {@return the connection, if one is wanted}
   *
   * @throws Refusal if no controller takes this process
   */
  Optional<EnrolledProcess> open(String workload, ArenaOptions arena, long regionBytes) {
    if (!enroll) {
      return Optional.empty();
    }
    Path place = socket == null ? SocketFile.DEFAULT : socket;
    try {
      return Optional.of(
          EnrolledProcess.enroll(
              place,
              new Enroll(
                  Math.toIntExact(ProcessHandle.current().pid()),
                  workload,
                  arena.config(workload).poolLimit() >> 20,
                  arena.minSavingsPercent,
                  regionBytes >> 20,
                  policy.word())));
    } catch (IOException e) {
      throw Refusal.ofValue(
          "--controller-sock",
          place,
          "leads to no controller (%s): start one with ./predicomp controller"
              .formatted(e.getMessage()));
    }
  }
}
