/** The controller at work: the source of events, the peers, the files it writes, and its loop. */
@NullMarked
package io.predicomp.controller.run;

import org.jspecify.annotations.NullMarked;
