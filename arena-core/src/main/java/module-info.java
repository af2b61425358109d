/** The compressed arena: keeps cold pages of off-heap memory compressed inside the process. */
module io.predicomp.arena {
  exports io.predicomp.arena.codec;

  requires HdrHistogram;
  requires io.predicomp.os;
}
