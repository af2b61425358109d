package io.predicomp.arena.hotness;

import io.predicomp.os.damon.DamonMonitor;
import io.predicomp.os.damon.DamonRegion;
import io.predicomp.os.damon.DamonStart;
import io.predicomp.os.damon.MonitoringAttributes;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A DAMON whose regions the test makes up. */
public final class FakeDamon implements DamonHotness.Watcher {
  public final List<AddressRange> spans = new CopyOnWriteArrayList<>();
  public volatile List<DamonRegion> regions = List.of();
  public volatile DamonStart.@Nullable Refused refusal;
  public volatile String note = "";
  public final AtomicInteger open = new AtomicInteger();
  boolean fails;
  boolean watching = true;

  @Override
  public DamonStart watch(long start, long end, MonitoringAttributes attributes) {
    DamonStart.Refused refused = refusal;
    if (refused != null) {
      return refused;
    }
    spans.add(new AddressRange(start, end));
    open.incrementAndGet();
    return new DamonStart.Watching(new Monitor(attributes), note);
  }

  /** One region of the whole span, seen accessed in a share of the looks. */
  public void all(int accesses, int age) {
    AddressRange span = spans.getLast();
    regions = List.of(new DamonRegion(span.start(), span.end(), accesses, age));
  }

  private final class Monitor implements DamonMonitor {
    private final MonitoringAttributes attributes;
    private boolean closed;

    Monitor(MonitoringAttributes attributes) {
      this.attributes = attributes;
    }

    @Override
    public MonitoringAttributes attributes() {
      return attributes;
    }

    @Override
    public List<DamonRegion> snapshot() throws IOException {
      if (fails) {
        throw new IOException("the test says so");
      }
      return regions;
    }

    @Override
    public boolean isWatching() {
      return watching;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        open.decrementAndGet();
      }
    }
  }
}
