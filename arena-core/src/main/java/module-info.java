/** The compressed arena: keeps cold pages of off-heap memory compressed inside the process. */
module io.predicomp.arena {
  exports io.predicomp.arena;
  exports io.predicomp.arena.codec;

  // Configuration records show their policies.
  exports io.predicomp.arena.policy;

  requires HdrHistogram;

  // Its ErrnoException is thrown by pins of transparent memory and by dictionaries.
  requires transitive io.predicomp.os;
  requires java.management;
  requires jdk.jfr;
  requires static org.jspecify;
}
