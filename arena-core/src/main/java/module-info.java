/** The compressed arena: keeps cold pages of off-heap memory compressed inside the process. */
module io.predicomp.arena {
  requires HdrHistogram;
  requires io.predicomp.os;
}
