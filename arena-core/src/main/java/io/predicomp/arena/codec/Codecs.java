package io.predicomp.arena.codec;

import io.predicomp.os.codec.Lz4Library;
import io.predicomp.os.codec.ZstdLibrary;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The built-in codecs by name. */
public final class Codecs {
  /** The names {@link #parse} takes, each with its range, for messages and help texts. */
  public static final String FORMS =
      "lz4[-ACCELERATION] (1 to %d, default 1), lz4hc[-LEVEL] (%d to %d, default %d), "
              .formatted(
                  Lz4Library.MAX_ACCELERATION,
                  Lz4Library.MIN_HC_LEVEL,
                  Lz4Library.MAX_HC_LEVEL,
                  Lz4Library.DEFAULT_HC_LEVEL)
          + "zstd[-LEVEL] (1 to %d, default %d), zstd-fast[-LEVEL] (1 to %d, default 1)"
              .formatted(ZstdLibrary.MAX_LEVEL, ZstdLibrary.DEFAULT_LEVEL, -ZstdLibrary.MIN_LEVEL);

  private static final Pattern FORM =
      Pattern.compile("(?<kind>lz4|lz4hc|zstd|zstd-fast)(-(?<number>[0-9]{1,6}))?");

  private Codecs() {}

  /**
   * {@return the codec of that name}
   *
   * @param name one of {@link #FORMS}, such as {@code lz4}, {@code lz4-8}, {@code lz4hc-9}, {@code
   *     zstd-3}, {@code zstd-fast-5}
   * @throws IllegalArgumentException if {@code name} is not of one of these forms or its number is
   *     out of range; the message lists them all
   * @throws UnsupportedOperationException if the codec's native library cannot be used here; the
   *     message says why and what to do
   */
  public static PageCodec parse(String name) {
    Matcher form = FORM.matcher(name);
    if (!form.matches()) {
      throw unknown(name);
    }
    String number = form.group("number");
    return switch (form.group("kind")) {
      case "lz4" -> new Lz4Codec(number(name, number, 1, Lz4Library.MAX_ACCELERATION, 1));
      case "lz4hc" ->
          new Lz4HcCodec(
              number(
                  name,
                  number,
                  Lz4Library.MIN_HC_LEVEL,
                  Lz4Library.MAX_HC_LEVEL,
                  Lz4Library.DEFAULT_HC_LEVEL));
      case "zstd" ->
          new ZstdCodec(number(name, number, 1, ZstdLibrary.MAX_LEVEL, ZstdLibrary.DEFAULT_LEVEL));
      default -> new ZstdCodec(-number(name, number, 1, -ZstdLibrary.MIN_LEVEL, 1));
    };
  }

  private static int number(
      String name, String digits, int minimum, int maximum, int defaultNumber) {
    int number = digits == null ? defaultNumber : Integer.parseInt(digits);
    if (number < minimum || number > maximum) {
      throw unknown(name);
    }
    return number;
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException("there is no codec '" + name + "': allowed are " + FORMS);
  }
}
