package io.predicomp.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page as eyes see it: by day and by night, on a screen, a phone and paper. */
class ReportLooksTest {
  /** Blink's numbers of colour schemes. */
  private static final int DARK = 0;

  private static final int LIGHT = 1;

  @TempDir Path directory;
  private Path page;

  @BeforeEach
  void makePage() throws IOException {
    page = SampleResults.in(directory).page();
  }

  @ParameterizedTest
  @CsvSource({"dark,1280", "light,1280", "dark,390", "light,390"})
  void chartsAreInTheColoursOfTheScheme(String scheme, int width) throws Exception {
    boolean dark = scheme.equals("dark");
    Path file = directory.resolve(scheme + width + ".png");
    Browser.in(directory)
        .open(
            page,
            "--blink-settings=preferredColorScheme=" + (dark ? DARK : LIGHT),
            "--window-size=" + width + ",4000",
            "--screenshot=" + file);
    BufferedImage image = ImageIO.read(file.toFile());
    assertEquals(width, image.getWidth());
    Set<Integer> colours = new HashSet<>();
    long brightness = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < width; x++) {
        int rgb = image.getRGB(x, y) & 0xffffff;
        colours.add(rgb);
        brightness += (rgb >> 16) + (rgb >> 8 & 255) + (rgb & 255);
      }
    }
    double mean = brightness / 3.0 / width / image.getHeight();
    assertTrue(dark ? mean < 80 : mean > 200, scheme + " is " + mean + " of 255 bright");
    // Edges of letters alone have some hundred shades of grey.
    long vivid = colours.stream().filter(ReportLooksTest::isVivid).count();
    assertTrue(vivid > 50, "only " + vivid + " colours that are no greys");
  }

  private static boolean isVivid(int rgb) {
    int red = rgb >> 16;
    int green = rgb >> 8 & 255;
    int blue = rgb & 255;
    return Math.max(red, Math.max(green, blue)) - Math.min(red, Math.min(green, blue)) > 64;
  }

  @Test
  void textIsToldFromItsGroundByNight() throws Exception {
    String dom =
        Browser.in(directory)
            .open(
                page,
                "--blink-settings=preferredColorScheme=" + DARK,
                "--window-size=1280,2000",
                "--dump-dom");
    assertTrue(dom.contains("fill=\"#c5ccd6\""), "axes are labelled in a light colour");
    assertFalse(dom.contains("fill=\"#3a4450\""), "and none in the dark one of the day");
  }

  @Test
  void paperTakesMoreThanOnePage() throws Exception {
    Path file = directory.resolve("report.pdf");
    Browser.in(directory).open(page, "--no-pdf-header-footer", "--print-to-pdf=" + file);
    String pdf = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertTrue(pdf.startsWith("%PDF-"));
    long pages = Pattern.compile("/Type\\s*/Page\\b").matcher(pdf).results().count();
    assertTrue(pages > 1, pages + " pages");
    assertTrue(pdf.contains("/Font"), "text is text, not an image");
  }
}
