package io.predicomp.workloads.cli;

import io.predicomp.arena.codec.Codecs;
import io.predicomp.os.feature.KernelFeature;
import io.predicomp.os.feature.ProbeResult;
import io.predicomp.os.process.Forker;
import io.predicomp.workloads.report.JsonLine;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "doctor",
    description = {
      "Says for each kernel feature and native library whether it can be used here, and if not, why"
          + " and what to do about it.",
      "Changes nothing, and exits with 0 whatever it finds."
    })
final class DoctorCommand implements Callable<Integer> {
  @Option(names = "--json", description = "Print one line of JSON on standard output instead.")
  boolean json;

  private final StringBuilder text = new StringBuilder();

  /**
   * One finding.
   *
   * @param name as it is called in JSON
   * @param neededFor what predicomp does with it
   */
  private record Finding(String name, String title, String neededFor, ProbeResult result) {}

  @Override
  public Integer call() {
    Map<String, Object> all = new LinkedHashMap<>();
    for (KernelFeature feature : KernelFeature.values()) {
      show(
          all,
          new Finding(
              feature.name().toLowerCase(Locale.ROOT),
              feature.title(),
              feature.neededFor(),
              feature.probe()));
    }
    show(all, new Finding("codec_lz4", "LZ4 library", "codecs lz4 and lz4hc", codec("lz4")));
    show(
        all,
        new Finding("codec_zstd", "Zstandard library", "codecs zstd, zstd-fast", codec("zstd")));
    show(
        all,
        new Finding(
            "libpredicomp",
            "predicomp's own library",
            "transparent mode, fork_exit_storm, fork_touch_exit",
            Forker.probe()));
    if (json) {
      text.append(JsonLine.of(all)).append(System.lineSeparator());
    }
    StandardOutput.print(text.toString());
    return 0;
  }

  private static ProbeResult codec(String name) {
    try {
      Codecs.parse(name);
      return new ProbeResult.Supported();
    } catch (UnsupportedOperationException e) {
      return new ProbeResult.Unsupported(
          String.valueOf(e.getMessage()), "use a codec of the other library with --arena-codec");
    }
  }

  private void show(Map<String, Object> all, Finding finding) {
    if (json) {
      all.put(finding.name(), fields(finding));
    } else {
      print(finding);
    }
  }

  private static Map<String, Object> fields(Finding finding) {
    Map<String, Object> fields = new LinkedHashMap<>();
    switch (finding.result()) {
      case ProbeResult.Supported(String detail) -> {
        fields.put("status", "supported");
        if (!detail.isEmpty()) {
          fields.put("detail", detail);
        }
      }
      case ProbeResult.Unsupported(String reason, String remedy) -> {
        fields.put("status", "unsupported");
        fields.put("reason", reason);
        fields.put("remedy", remedy);
      }
      case ProbeResult.Unknown(String reason) -> {
        fields.put("status", "unknown");
        fields.put("reason", reason);
      }
    }
    return fields;
  }

  private void print(Finding finding) {
    switch (finding.result()) {
      case ProbeResult.Supported(String detail) -> {
        heading("yes", finding);
        if (!detail.isEmpty()) {
          detail("found", detail);
        }
      }
      case ProbeResult.Unsupported(String reason, String remedy) -> {
        heading("NO", finding);
        detail("reason", reason);
        detail("remedy", remedy);
      }
      case ProbeResult.Unknown(String reason) -> {
        heading("?", finding);
        detail("reason", reason);
      }
    }
  }

  private void heading(String status, Finding finding) {
    text.append("%-4s %s%n".formatted(status, finding.title()));
    detail("for", finding.neededFor());
  }

  private void detail(String name, String value) {
    text.append("       %-7s %s%n".formatted(name + ":", value));
  }
}
