package io.predicomp.bench.cli;

import io.predicomp.bench.sweep.Candidate;
import io.predicomp.bench.sweep.CodecSweep;
import io.predicomp.bench.sweep.SweepTable;
import io.predicomp.workloads.cli.Interruption;
import io.predicomp.workloads.cli.RangeConverter;
import io.predicomp.workloads.cli.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "codec_sweep",
    description = {
      "Compresses and restores data with every codec, cut into blocks of several sizes, and shows"
          + " what each saves and costs. Every block is checked.",
      "fair_score is bytes saved / (compress CPU ms + readback factor x decompress CPU ms), 0 below"
          + " savings of 5 %%."
    })
final class CodecSweepCommand implements Callable<Integer> {
  private static final int SMALLEST = 1 << 10;
  private static final int LARGEST = 16 << 20;

  /** {@code --sample-kb}. */
  static final class Kibibytes extends RangeConverter {
    Kibibytes() {
      super(1, 1 << 20);
    }
  }

  /** {@code --readback-factor}. */
  static final class Factor implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      try {
        double value = Double.parseDouble(text);
        if (value >= 0 && value <= 1000) {
          return value;
        }
      } catch (NumberFormatException e) {
        // Refused below, like a number that is too large.
      }
      throw new TypeConversionException("'" + text + "' is not a number from 0 to 1000.");
    }
  }

  @Option(
      names = "--dataset",
      arity = "1..*",
      paramLabel = "NAME",
      description =
          "Contents, one or several, also {a,b} or \"a,b\": zero, repetitive, unique, mixed_50_50,"
              + " ratio=R (1 to 20), file=PATH, json, heap-dump (default: repetitive unique"
              + " mixed_50_50 json).")
  List<String> datasets = List.of("repetitive", "unique", "mixed_50_50", "json");

  @Option(
      names = "--sizes",
      arity = "1..*",
      paramLabel = "SIZE",
      description =
          "Sizes of a block, powers of two from 1k to 16m, or all of them by the word all (default:"
              + " 4k 16k 64k).")
  List<String> sizes = List.of("4k", "16k", "64k");

  @Option(
      names = "--codecs",
      arity = "1..*",
      paramLabel = "CODEC",
      description =
          "same-filled, lz4-1, lz4hc-9, lz4hc-9+dict, zstd-3, zstd-3+dict, ... (default: all: lz4"
              + " 1, 2, 4, 8, 16; lz4hc 3, 6, 9, 12; zstd 1 to 19).")
  @Nullable List<String> codecs;

  @Option(
      names = "--sample-kb",
      converter = Kibibytes.class,
      description =
          "KiB of each dataset, at least one block, 1 to 1048576 (default: 1024, with --quick"
              + " 256).")
  @Nullable Long sampleKb;

  @Option(
      names = "--runs",
      converter = Numbers.Count.class,
      description = "Runs whose median is told, 1 to 1000 (default: 5, with --quick 3).")
  @Nullable Long runs;

  @Option(
      names = "--warmups",
      converter = Numbers.CountOrNone.class,
      defaultValue = "2",
      description = "Runs before, 0 to 1000 (default: ${DEFAULT-VALUE}).")
  long warmups;

  @Option(
      names = "--readback-factor",
      converter = Factor.class,
      defaultValue = "1",
      description =
          "How often a block is read back for each time it is compressed, 0 to 1000 (default:"
              + " ${DEFAULT-VALUE}).")
  double readbackFactor;

  @Option(names = "--quick", description = "A few codecs of each kind, and less data.")
  boolean quick;

  @Mixin MeasurementOptions common = new MeasurementOptions();

  private final Interruption interruption;

  CodecSweepCommand(Interruption interruption) {
    this.interruption = interruption;
  }

  @Override
  public Integer call() {
    CodecSweep.Plan plan =
        new CodecSweep.Plan(
            Datasets.parse(datasets, common.seed, 4096, true),
            sizes(),
            candidates(),
            (sampleKb == null ? (quick ? 256 : 1024) : sampleKb) << 10,
            (int) warmups,
            runs == null ? (quick ? 3 : 5) : runs.intValue(),
            readbackFactor,
            common.seed);
    return common.measure(
        interruption,
        (interrupted, progress) -> new CodecSweep(plan, interrupted, progress).run(),
        SweepTable::of);
  }

  private List<Candidate> candidates() {
    if (codecs == null) {
      return quick ? Candidate.few() : Candidate.all();
    }
    List<Candidate> chosen = new ArrayList<>();
    for (String name : Datasets.words(codecs)) {
      try {
        chosen.add(Candidate.parse(name));
      } catch (IllegalArgumentException | UnsupportedOperationException e) {
        throw new Refusal("Invalid value for option '--codecs': " + e.getMessage() + ".");
      }
    }
    return chosen;
  }

  private List<Integer> sizes() {
    List<Integer> bytes = new ArrayList<>();
    for (String word : Datasets.words(sizes)) {
      if (word.equals("all")) {
        for (int size = SMALLEST; size <= LARGEST; size *= 2) {
          bytes.add(size);
        }
      } else {
        bytes.add(size(word));
      }
    }
    return bytes;
  }

  private static int size(String word) {
    if (word.toLowerCase(Locale.ROOT).matches("[0-9]{1,5}[km]")) {
      int number = Integer.parseInt(word.substring(0, word.length() - 1));
      long bytes = word.toLowerCase(Locale.ROOT).endsWith("k") ? number << 10 : (long) number << 20;
      if (bytes >= SMALLEST && bytes <= LARGEST && Long.bitCount(bytes) == 1) {
        return (int) bytes;
      }
    }
    throw Refusal.ofValue("--sizes", word, "is not a power of two from 1k to 16m, nor all");
  }
}
