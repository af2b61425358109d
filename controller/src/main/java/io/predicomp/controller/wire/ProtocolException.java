package io.predicomp.controller.wire;

import java.io.Serial;

/** The peer said what it may not; the message says what. */
public final class ProtocolException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  ProtocolException(String reason) {
    super(reason);
  }
}
