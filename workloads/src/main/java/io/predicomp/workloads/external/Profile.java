package io.predicomp.workloads.external;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a tool is told to do: a file that users edit. Its format is in workloads/profiles. */
public final class Profile {
  private static final Pattern SIZE = Pattern.compile("(\\d+)([KMG%])");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)}");

  private final Path file;
  private final Properties properties = new Properties();

  /**
   * @throws IllegalArgumentException if it cannot be read; the message is a sentence
   */
  public Profile(Path file) {
    this.file = file;
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the profile " + file + " cannot be read, a text file of properties can", e);
    }
  }

  /** {@return a whole number of the profile} */
  public long number(String key, long otherwise) {
    String text = properties.getProperty(key);
    if (text == null) {
      return otherwise;
    }
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw wrong(key, text, "a whole number", e);
    }
  }

  /** {@return a text of the profile} */
  public Optional<String> text(String key) {
    return Optional.ofNullable(properties.getProperty(key)).map(String::strip);
  }

  /** {@return a file beside the profile} */
  public Path sibling(String name) {
    return file.resolveSibling(name);
  }

  /**
   * {@return the sizes whose key begins with {@code kind} and a dot, in bytes, together at most
   * half of what is free}
   *
   * @param copies how often each is taken
   */
  public Map<String, Long> sizes(String kind, long freeBytes, double scale, long copies) {
    Map<String, Double> wanted = new LinkedHashMap<>();
    double sum = 0;
    for (String key : new TreeSet<>(properties.stringPropertyNames())) {
      if (key.startsWith(kind + ".")) {
        double bytes = size(key, freeBytes) * scale;
        wanted.put(key.substring(kind.length() + 1), bytes);
        sum += bytes * copies;
      }
    }
    double fit = sum > freeBytes / 2.0 ? freeBytes / 2.0 / sum : 1;
    Map<String, Long> sizes = new LinkedHashMap<>();
    // Whole MiB, so that every tool takes them.
    wanted.forEach((name, bytes) -> sizes.put(name, Math.max(1, (long) (bytes * fit) >> 20) << 20));
    return sizes;
  }

  private double size(String key, long freeBytes) {
    String text = properties.getProperty(key).strip();
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw wrong(key, text, "a size such as 256M, 4G or 60%", null);
    }
    double number = Double.parseDouble(matcher.group(1));
    return switch (matcher.group(2)) {
      case "K" -> number * (1 << 10);
      case "M" -> number * (1 << 20);
      case "G" -> number * (1 << 30);
      default -> number / 100 * freeBytes;
    };
  }

  /**
   * {@return the text with its placeholders filled}
   *
   * @throws IllegalArgumentException if one has no value; the message is a sentence
   */
  public String fill(String text, Map<String, ?> values) {
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(
            match -> {
              Object value = values.get(match.group(1));
              if (value == null) {
                throw new IllegalArgumentException(
                    "the profile " + file + " uses " + match.group() + ", which has no value");
              }
              return Matcher.quoteReplacement(value.toString());
            });
  }

  private IllegalArgumentException wrong(String key, String text, String what, Exception cause) {
    return new IllegalArgumentException(
        "the profile %s says %s=%s, which is not %s".formatted(file, key, text, what), cause);
  }
}
