package io.predicomp.os.testing;

import static org.junit.platform.engine.discovery.ClassNameFilter.excludeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;
import static org.junit.platform.launcher.TagFilter.excludeTags;
import static org.junit.platform.launcher.TagFilter.includeTags;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs tests in a virtual machine, which has no Maven. Without arguments those with the tag {@code
 * vm}: then a skip is a failure, and so is having none. With arguments, which are names of packages
 * and classes, the others in these: then a test may skip what the machine does not have.
 */
public final class VmTests {
  /** These look at the sources, the build or the module path, which no machine changes. */
  private static final String OF_THE_BUILD = ".*\\.(ArchitectureTest|PredicompLibraryTest)";

  private VmTests() {}

  /** Exits with 0 exactly if every test that had to run ran and passed. */
  public static void main(String[] arguments) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request(arguments), listener, new Failures());
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
        summary.getTestsSucceededCount() > 0
            && summary.getTotalFailureCount() == 0
            && (skipped == 0 || arguments.length > 0);
    System.exit(good ? 0 : 1);
  }

  private static LauncherDiscoveryRequest request(String[] names) {
    LauncherDiscoveryRequestBuilder builder = LauncherDiscoveryRequestBuilder.request();
    if (names.length == 0) {
      return builder.selectors(selectPackage("io.predicomp")).filters(includeTags("vm")).build();
    }
    builder.filters(excludeTags("vm"), excludeClassNamePatterns(OF_THE_BUILD));
    for (String name : names) {
      boolean isClass = Character.isUpperCase(name.charAt(name.lastIndexOf('.') + 1));
      builder.selectors(isClass ? selectClass(name) : selectPackage(name));
    }
    return builder.build();
  }

  /** Names what fails at once: a machine may be stopped before the end. */
  private static final class Failures implements TestExecutionListener {
    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (result.getStatus() == TestExecutionResult.Status.FAILED) {
        System.out.println("FAILED " + test.getUniqueId());
      }
    }
  }
}
