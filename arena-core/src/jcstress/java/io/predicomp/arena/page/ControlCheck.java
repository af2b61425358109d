package io.predicomp.arena.page;

import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.StateCase;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Fails the run unless every control has shown what it is a control for. To jcstress that is merely
 * interesting, and so a run in which nothing could have gone wrong would pass.
 *
 * <p>A control is a test with an outcome that is {@link Expect#ACCEPTABLE_INTERESTING}.
 */
public final class ControlCheck {
  private ControlCheck() {}

  /**
   * Reads the newest results of a folder.
   *
   * @param arguments the folder
   */
  public static void main(String[] arguments) throws IOException, ClassNotFoundException {
    Map<String, Long> shown = new TreeMap<>();
    for (String test : TestList.tests()) {
      if (TestList.getInfo(test).cases().stream().anyMatch(ControlCheck::isInteresting)) {
        shown.put(test, 0L);
      }
    }
    DiskReadCollector results =
        new DiskReadCollector(
            newestIn(new File(arguments[0])).getPath(),
            result -> shown.computeIfPresent(result.getName(), (_, n) -> n + shownBy(result)));
    results.dump();
    results.close();
    shown.forEach((test, times) -> System.out.println(test + " lost " + times + " writes"));
    if (shown.isEmpty() || shown.containsValue(0L)) {
      System.out.println("FAILED: a control that loses nothing proves nothing about the others");
      System.exit(1);
    }
  }

  private static long shownBy(TestResult result) {
    TestInfo test = TestList.getInfo(result.getName());
    return result.getStateKeys().stream()
        .filter(state -> test.cases().stream().anyMatch(c -> isInteresting(c) && c.matches(state)))
        .mapToLong(result::getCount)
        .sum();
  }

  private static boolean isInteresting(StateCase outcome) {
    return outcome.expect() == Expect.ACCEPTABLE_INTERESTING;
  }

  private static File newestIn(File folder) {
    File[] found = folder.listFiles((_, name) -> name.matches("jcstress-results-.*\\.bin\\.gz"));
    if (found == null || found.length == 0) {
      throw new IllegalStateException("no results of jcstress in " + folder);
    }
    return Arrays.stream(found).max(Comparator.comparingLong(File::lastModified)).orElseThrow();
  }
}
