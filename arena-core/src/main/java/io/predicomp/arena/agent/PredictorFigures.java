package io.predicomp.arena.agent;

import io.predicomp.arena.policy.PredictorChoice;
import io.predicomp.arena.policy.PredictorScore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The scores of all regions' predictors, put together for statistics. For one thread. */
final class PredictorFigures {
  private String inUse = PredictorChoice.OFF;
  private long metadataBytes;
  private long late;

  /** Scores by predictor: means over the regions, weighted by what each rests on. */
  Map<String, PredictorScore.Figures> of(List<RegionPredictor> regions) {
    Map<String, PredictorScore.Figures> result = new LinkedHashMap<>();
    TreeSet<String> used = new TreeSet<>();
    metadataBytes = 0;
    late = 0;
    for (RegionPredictor region : regions) {
      PredictorChoice choice = region.choice;
      metadataBytes += choice.metadataBytes();
      late += choice.late();
      if (!choice.chosenName().equals(PredictorChoice.OFF)) {
        used.add(choice.chosenName());
      }
      for (int i = 0; i < choice.predictors().size(); i++) {
        result.merge(
            choice.predictors().get(i).name(),
            choice.score(i).figures(),
            PredictorScore.Figures::plus);
      }
    }
    inUse = used.isEmpty() ? PredictorChoice.OFF : String.join(", ", used);
    return result;
  }

  /** The predictors that plans are taken from, of the regions last asked for. */
  String inUse() {
    return inUse;
  }

  /** Pages predicted, and needed before they were restored, of the regions last asked for. */
  long late() {
    return late;
  }

  /** Heap bytes of the predictors last asked for. */
  long metadataBytes() {
    return metadataBytes;
  }
}
