/** Follows processes through the kernel and asks those that enrolled to compress their memory. */
module io.predicomp.controller {
  requires transitive com.fasterxml.jackson.databind;
  requires transitive io.predicomp.os;
  requires static org.jspecify;

  exports io.predicomp.controller.core;
  exports io.predicomp.controller.matrix;
  exports io.predicomp.controller.run;
  exports io.predicomp.controller.wire;
}
