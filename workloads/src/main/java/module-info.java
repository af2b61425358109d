/** Memory workloads that run plain or on the compressed arena. */
module io.predicomp.workloads {
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires com.networknt.schema;
  requires HdrHistogram;
  requires info.picocli;
  requires io.predicomp.arena;
  requires io.predicomp.controller;
  requires io.predicomp.os;
  requires org.snakeyaml.engine.v2;
  requires static org.jspecify;

  // picocli sets the fields that carry its annotations.
  opens io.predicomp.workloads.cli to
      info.picocli;
}
