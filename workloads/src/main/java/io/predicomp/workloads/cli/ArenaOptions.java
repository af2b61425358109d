package io.predicomp.workloads.cli;

import io.predicomp.arena.ArenaConfig;
import io.predicomp.arena.WhenFull;
import io.predicomp.arena.codec.Codecs;
import io.predicomp.arena.codec.PageCodec;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Whether and how the region lives on the compressed arena. */
final class ArenaOptions {
  /** {@code --arena-cap-mb}. */
  static final class CapMebibytes extends RangeConverter {
    CapMebibytes() {
      super(8, 65_536);
    }
  }

  /** {@code --arena-min-savings-pct}. */
  static final class SavingsPercent extends RangeConverter {
    SavingsPercent() {
      super(0, 95);
    }
  }

  /** {@code --arena-page-kb}. */
  static final class PageKibibytes implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return switch (text) {
        case "4" -> 4;
        case "16" -> 16;
        case "64" -> 64;
        default -> throw new TypeConversionException("'" + text + "' is not 4, 16 or 64.");
      };
    }
  }

  /** {@code --arena-when-full}. */
  static final class Policy implements ITypeConverter<WhenFull> {
    @Override
    public WhenFull convert(String text) {
      return switch (text) {
        case "restore-lru" -> WhenFull.RESTORE_LRU;
        case "reject" -> WhenFull.REJECT;
        default ->
            throw new TypeConversionException("'" + text + "' is not restore-lru or reject.");
      };
    }
  }

  @Option(
      names = "--use-mem-arena",
      description = "Keep the region on the compressed arena instead of plain memory.")
  boolean use;

  @Option(
      names = "--arena-cap-mb",
      paramLabel = "N",
      defaultValue = "256",
      converter = CapMebibytes.class,
      description =
          "Hard cap of the compressed pool in MiB, 8 to 65536 (default: ${DEFAULT-VALUE}).")
  long capMebibytes;

  @Option(
      names = "--arena-min-savings-pct",
      paramLabel = "N",
      defaultValue = "5",
      converter = SavingsPercent.class,
      description = "A page that saves less stays resident, 0 to 95 (default: ${DEFAULT-VALUE}).")
  long minSavingsPercent;

  @Option(
      names = "--arena-page-kb",
      paramLabel = "N",
      defaultValue = "4",
      converter = PageKibibytes.class,
      description =
          "Page size in KiB, 4, 16 or 64, also of a plain run's contents "
              + "(default: ${DEFAULT-VALUE}).")
  int pageKibibytes;

  @Option(
      names = "--arena-codec",
      paramLabel = "CODEC",
      defaultValue = "lz4",
      description =
          "lz4[-ACCELERATION], lz4hc[-LEVEL], zstd[-LEVEL] or zstd-fast[-LEVEL] "
              + "(default: ${DEFAULT-VALUE}).")
  String codec = "";

  @Option(
      names = "--arena-checksums",
      description = "Sum each page when it is compressed and check it when it is restored.")
  boolean checksums;

  @Option(
      names = "--arena-when-full",
      paramLabel = "POLICY",
      defaultValue = "restore-lru",
      converter = Policy.class,
      description =
          "At the cap, restore-lru: the pages compressed longest go back to memory; or reject: new "
              + "pages stay in memory (default: ${DEFAULT-VALUE}).")
  WhenFull whenFull = WhenFull.RESTORE_LRU;

  @Option(
      names = "--arena-stats-json",
      paramLabel = "PATH",
      description = "Write every counter of the arena to this file at the end of the run.")
  @Nullable Path statsFile;

  int pageBytes() {
    return pageKibibytes << 10;
  }

  /**
   * @throws Refusal if there is no such codec, or it cannot be used here
   */
  PageCodec parseCodec() {
    try {
      return Codecs.parse(codec);
    } catch (IllegalArgumentException e) {
      throw new Refusal("Invalid value for option '--arena-codec': " + e.getMessage() + ".");
    } catch (UnsupportedOperationException e) {
      throw Refusal.ofValue("--arena-codec", codec, "cannot be used here: " + e.getMessage());
    }
  }

  ArenaConfig config(String name) {
    return ArenaConfig.builder()
        .name(name)
        .poolLimit(ArenaConfig.mebibytes(capMebibytes))
        .pageBytes(pageBytes())
        .codec(parseCodec())
        .minSavingsPercent((int) minSavingsPercent)
        .whenFull(whenFull)
        .checksums(checksums)
        .build();
  }
}
