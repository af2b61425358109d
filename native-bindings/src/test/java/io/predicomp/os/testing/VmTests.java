package io.predicomp.os.testing;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs the tests with the tag {@code vm}. Here a skip is a failure, and so is having none. */
public final class VmTests {
  private VmTests() {}

  /** Exits with 0 exactly if every test ran and passed. */
  public static void main(String[] arguments) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectPackage("io.predicomp"))
            .filters(TagFilter.includeTags("vm"))
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener);
    TestExecutionSummary summary = listener.getSummary();
    long skipped = summary.getTestsSkippedCount() + summary.getTestsAbortedCount();
    summary.printFailuresTo(new PrintWriter(System.out, true, Charset.defaultCharset()), 20);
    System.out.printf(
        "vm tests: %d run, %d passed, %d failed, %d skipped%n",
        summary.getTestsStartedCount(),
        summary.getTestsSucceededCount(),
        summary.getTestsFailedCount(),
        skipped);
    boolean good =
        summary.getTestsSucceededCount() > 0 && summary.getTotalFailureCount() == 0 && skipped == 0;
    System.exit(good ? 0 : 1);
  }
}
