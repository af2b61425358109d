/**
 * How controller and processes talk: one JSON object a line, each with the version of the protocol,
 * at most 16 KiB long, over a local stream socket.
 */
@NullMarked
package io.predicomp.controller.wire;

import org.jspecify.annotations.NullMarked;
