package io.predicomp.controller.run;

import io.predicomp.controller.wire.LineBuffer;
import io.predicomp.controller.wire.Message;
import io.predicomp.controller.wire.MessageFormat;
import io.predicomp.os.socket.LocalConnection;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/** A process that has connected. */
final class Peer {
  final LocalConnection connection;
  final long sinceNanos;
  final LineBuffer lines = new LineBuffer();

  /** Its place among the descriptors that are waited for. */
  int place;

  /** 0 before it has enrolled. */
  int generation;

  Peer(LocalConnection connection, long sinceNanos) {
    this.connection = connection;
    this.sinceNanos = sinceNanos;
  }

  int pid() {
    return connection.peerPid();
  }

  /**
   * {@return whether all of it was sent} What we say is short: a peer in whose buffer it finds no
   * room does not read, and is not waited for.
   */
  boolean send(Message message) {
    byte[] bytes = MessageFormat.encode(message);
    try (Arena arena = Arena.ofConfined()) {
      return connection.write(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes)) == bytes.length;
    }
  }
}
