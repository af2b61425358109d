package io.predicomp.workloads.cli;

import io.predicomp.arena.ArenaStats;
import io.predicomp.controller.wire.EnrolledProcess;
import io.predicomp.controller.wire.Message.Ack;
import io.predicomp.workloads.run.DemotionRequests;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Requests of a controller.
 *
 * @param replaceOwn whether the workload compresses on request only
 */
record ControllerRequests(EnrolledProcess process, boolean replaceOwn) implements DemotionRequests {
  @Override
  public boolean isPending() {
    return process.isAsked();
  }

  @Override
  public long take() {
    return process.takeRequest();
  }

  @Override
  public void answer(long request, Optional<ArenaStats> stats) {
    Map<String, Long> figures = new LinkedHashMap<>();
    stats
        .map(ArenaStats::counters)
        .orElse(Map.of())
        .forEach((name, value) -> figures.put(name, Math.max(0, value.longValue())));
    process.answer(new Ack(request, true, "", figures));
  }
}
