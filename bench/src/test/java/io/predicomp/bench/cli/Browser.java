package io.predicomp.bench.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Chromium without a window. */
record Browser(Path program, Path directory) {
  /**
   * The browser of this machine; the test is skipped, and says so, if there is none.
   *
   * @param directory for what it leaves behind
   */
  static Browser in(Path directory) {
    Optional<Path> program =
        Stream.of("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
            .flatMap(
                name ->
                    Stream.of(System.getenv("PATH").split(":", -1))
                        .map(folder -> Path.of(folder, name)))
            .filter(Files::isExecutable)
            .findFirst();
    Assumptions.assumeTrue(
        program.isPresent(),
        "SKIPPED: no Chromium to open the report in (Debian: apt install chromium-headless-shell)");
    return new Browser(program.get(), directory);
  }

  /** The page as it was drawn, without an error. */
  String dom(Path page, int width) throws Exception {
    String dom = open(page, "--window-size=" + width + ",2000", "--dump-dom");
    assertTrue(dom.contains("data-errors=\"0\""), "an error in the page: " + dom);
    return dom;
  }

  /**
   * Opens a page and returns what the browser writes; the page may write nothing to its console.
   */
  String open(Path page, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(
        List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--enable-logging=stderr",
            "--user-data-dir=" + directory.resolve("browser"),
            "--virtual-time-budget=5000"));
    command.addAll(List.of(options));
    command.add(page.toUri().toString());
    Path log = directory.resolve("browser.log");
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertFalse(Files.readString(log).contains("CONSOLE"), Files.readString(log));
    return out;
  }
}
