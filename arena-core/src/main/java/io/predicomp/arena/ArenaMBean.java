package io.predicomp.arena;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** The registration of one arena's {@link ArenaMXBean}. */
final class ArenaMBean implements ArenaMXBean {
  private static final AtomicInteger SUFFIX = new AtomicInteger(2);

  private final CompressedArena arena;
  private final ObjectName name;

  private ArenaMBean(CompressedArena arena, ObjectName name) {
    this.arena = arena;
    this.name = name;
  }

  /** Registers under the arena's name, with a number behind it when the name is taken. */
  static ArenaMBean register(CompressedArena arena) {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    String wanted = arena.config().name();
    String tried = wanted;
    try {
      while (true) {
        ArenaMBean bean =
            new ArenaMBean(
                arena,
                new ObjectName(
                    "io.predicomp:type=CompressedArena,name=" + ObjectName.quote(tried)));
        try {
          server.registerMBean(bean, bean.name);
          return bean;
        } catch (InstanceAlreadyExistsException e) {
          tried = wanted + "-" + SUFFIX.getAndIncrement();
        }
      }
    } catch (JMException e) {
      throw new IllegalStateException("cannot register the MBean of arena " + wanted, e);
    }
  }

  void unregister() {
    try {
      ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
    } catch (JMException e) {
      throw new IllegalStateException("cannot unregister " + name, e);
    }
  }

  @Override
  public long getResidentBytes() {
    return arena.stats().residentBytes();
  }

  @Override
  public long getCompressedPages() {
    return arena.stats().pages().compressed();
  }

  @Override
  public long getPoolBytes() {
    return arena.stats().poolBytes();
  }

  @Override
  public long getPoolLimitBytes() {
    return arena.config().poolLimit();
  }

  @Override
  public long getResidentBudgetBytes() {
    return arena.stats().budget().limit();
  }

  @Override
  public long getHeldBytes() {
    return arena.stats().budget().held();
  }

  @Override
  public long getHighestHeldBytes() {
    return arena.stats().budget().highest();
  }

  @Override
  public long getBudgetOvershoots() {
    return arena.stats().budget().overshoots();
  }

  @Override
  public double getEndToEndRatio() {
    return arena.stats().endToEndRatio();
  }

  @Override
  public long getDemandRestores() {
    return arena.stats().demandRestores();
  }

  @Override
  public long getStallP99Nanos() {
    return arena.stats().stall().p99Nanos();
  }

  @Override
  public double getStalledPercent() {
    return arena.stats().stall().somePercent();
  }

  @Override
  public Map<String, Double> getCounters() {
    Map<String, Double> counters = new LinkedHashMap<>();
    arena.stats().counters().forEach((key, value) -> counters.put(key, value.doubleValue()));
    return counters;
  }
}
