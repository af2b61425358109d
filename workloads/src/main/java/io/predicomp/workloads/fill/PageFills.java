package io.predicomp.workloads.fill;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The fills by name. */
public final class PageFills {
  /** The names that {@link #parse} takes. */
  public static final String FORMS =
      "zero, repetitive, unique, mixed_50_50, json, ratio=R (1 to 20), file=PATH";

  private static final double MAX_RATIO = 20;

  private PageFills() {}

  /**
   * {@return the fill of that name}
   *
   * @param name one of {@link #FORMS}
   * @param pageBytes a power of two, at least 4,096
   * @throws IllegalArgumentException if there is no such fill, or its number or file will not do;
   *     the message says which are allowed
   */
  public static PageFill parse(String name, long seed, int pageBytes) {
    if (name.startsWith("ratio=")) {
      return new RatioCalibration(name, seed, pageBytes).fillFor(ratio(name));
    }
    if (name.startsWith("file=")) {
      return file(name, pageBytes);
    }
    return switch (name) {
      case "zero" -> new ZeroFill();
      case "repetitive" -> new RepetitiveFill(seed);
      case "unique" -> new UniqueFill(seed);
      case "json" -> new JsonFill(seed);
      case "mixed_50_50" -> new MixedFill(name, new RepetitiveFill(seed), new UniqueFill(seed));
      default -> throw unknown(name);
    };
  }

  private static double ratio(String name) {
    double ratio;
    try {
      ratio = Double.parseDouble(name.substring("ratio=".length()));
    } catch (NumberFormatException e) {
      throw unknown(name);
    }
    if (!(ratio >= 1 && ratio <= MAX_RATIO)) {
      throw unknown(name);
    }
    return ratio;
  }

  private static PageFill file(String name, int pageBytes) {
    String path = name.substring("file=".length());
    try {
      return new FileFill(Path.of(path), pageBytes);
    } catch (IOException | InvalidPathException e) {
      throw new IllegalArgumentException("'" + path + "' cannot be read", e);
    }
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException("'" + name + "' is not one of " + FORMS);
  }
}
