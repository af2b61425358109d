package io.predicomp.arena;

import io.predicomp.arena.hotness.AddressRange;
import io.predicomp.arena.hotness.DamonAccess;
import io.predicomp.arena.hotness.DamonHotness;
import io.predicomp.arena.page.AgedRegion;
import io.predicomp.os.damon.Damon;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Opens sources of evidence as the configuration says. */
final class Evidence {
  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

  private Evidence() {}

  /** The kernel's DAMON as far as it may be used, or nothing if it must not be asked. */
  static Optional<DamonHotness.Watcher> damon(HotnessConfig config) {
    return switch (config.evidence()) {
      case TOUCHES -> Optional.empty();
      case DAMON -> Optional.of(DamonAccess.told(Damon.ofSystem()));
      case AUTO -> Optional.of(DamonAccess.untold(Damon.ofSystem(), missingPermission()));
    };
  }

  private static Optional<String> missingPermission() {
    return HotnessConfig.ALLOWED.equals(System.getenv(HotnessConfig.PERMISSION))
        ? Optional.empty()
        : Optional.of(
            "DAMON is free and left alone, because whoever holds it keeps out all others: ask for"
                + " it by name, or set "
                + HotnessConfig.PERMISSION
                + "="
                + HotnessConfig.ALLOWED
                + ".");
  }

  static AddressRange addresses(AgedRegion region) {
    long bytes = (long) region.pageCount() * region.pageBytes();
    return new AddressRange(region.base(), region.base() + bytes);
  }

  /** Writes a sentence to standard error, the first time in this process only. */
  static void tellOnce(String sentence) {
    if (TOLD.add(sentence)) {
      System.err.println("predicomp: " + sentence);
    }
  }
}
