/** Memory workloads that run plain or on the compressed arena. */
module io.predicomp.workloads {
  requires com.fasterxml.jackson.databind;
  requires HdrHistogram;
  requires info.picocli;
  requires io.predicomp.arena;
}
