package io.predicomp.arena.agent;

import io.predicomp.arena.page.AgedRegion;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The activity of each region. Thread-safe. */
final class RegionActivities {
  private final Map<AgedRegion, RegionActivity> activities = new ConcurrentHashMap<>();

  RegionActivity of(AgedRegion region) {
    RegionActivity known = activities.get(region);
    return known != null
        ? known
        : activities.computeIfAbsent(region, r -> new RegionActivity(r.pageCount()));
  }

  /** Ends a scan of all regions there are, and forgets those that are gone. */
  void endScan(AgedRegion[] regions) {
    if (activities.size() > regions.length) {
      activities.keySet().retainAll(Arrays.asList(regions));
    }
    activities.values().forEach(RegionActivity::endScan);
  }

  /** Whether the application called a region idle. */
  boolean anyIdle() {
    return activities.values().stream().anyMatch(activity -> activity.idle);
  }

  long metadataBytes() {
    return activities.values().stream().mapToLong(RegionActivity::metadataBytes).sum();
  }
}
