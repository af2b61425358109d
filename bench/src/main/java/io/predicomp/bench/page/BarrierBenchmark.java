package io.predicomp.bench.page;

import io.predicomp.os.Membarrier;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to make every thread pass a full barrier, while another thread runs Java code?
 * Once per batch of demotions.
 *
 * <pre>java -jar bench/target/benchmarks.jar BarrierBenchmark</pre>
 */
@State(Scope.Group)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class BarrierBenchmark {
  private long counted;

  @Benchmark
  @Group("membarrier")
  @GroupThreads(1)
  public void expedited() {
    Membarrier.expedited();
  }

  @Benchmark
  @Group("membarrier")
  @GroupThreads(1)
  public long otherOfMembarrier() {
    return counted++;
  }

  @Benchmark
  @Group("handshake")
  @GroupThreads(1)
  @SuppressWarnings("MustBeClosedChecker") // closing it is the point
  public void closeSharedArena() {
    Arena.ofShared().close();
  }

  @Benchmark
  @Group("handshake")
  @GroupThreads(1)
  public long otherOfHandshake() {
    return counted++;
  }
}
