package io.predicomp.bench.controller;

import io.predicomp.os.process.ProcFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ./predicomp controller}, as users start it: how soon it watches, and what it costs. */
final class LaunchedController {
  private static final int STARTS = 7;
  private static final int SECONDS = 10;

  /** Since the launcher began, by the kernel's account. */
  private static final Pattern WATCHING = Pattern.compile("watching, (\\d+) ms after the start");

  private LaunchedController() {}

  /** Prints both. */
  static void measure(Path socket, int forksPerSecond) throws Exception {
    Process controller = start(socket); // builds what is not built
    awaitWatching(controller);
    long[] millis = new long[STARTS];
    for (int i = 0; i < STARTS; i++) {
      end(controller);
      controller = start(socket);
      millis[i] = awaitWatching(controller);
    }
    Arrays.sort(millis);
    System.out.printf(
        "start of ./predicomp controller until it watches: median %d ms, of %d from %d to %d ms%n",
        millis[STARTS / 2], STARTS, millis[0], millis[STARTS - 1]);
    long before = cpuTicks(controller);
    Process storm = Storm.start("processes", SECONDS, 2, forksPerSecond);
    Storm.made(storm);
    System.out.printf(
        "whole controller from its start on: %.1f %% of a core at %d forks/s, no requests%n",
        (double) (cpuTicks(controller) - before) / SECONDS, forksPerSecond);
    end(controller);
  }

  private static Process start(Path socket) throws IOException {
    return new ProcessBuilder("./predicomp", "controller", "--sock", socket.toString())
        .redirectErrorStream(true)
        .start();
  }

  private static long awaitWatching(Process controller) throws IOException {
    BufferedReader log = controller.inputReader();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      Matcher watching = WATCHING.matcher(line);
      if (watching.find()) {
        return Long.parseLong(watching.group(1));
      }
    }
    throw new IOException("the controller ended before it watched");
  }

  private static long cpuTicks(Process controller) {
    return ProcFiles.stat(Math.toIntExact(controller.pid())).orElseThrow().cpuTicks();
  }

  private static void end(Process controller) throws InterruptedException {
    controller.destroy();
    controller.waitFor();
  }
}
