package io.predicomp.controller.run;

import io.predicomp.controller.wire.Message;
import io.predicomp.controller.wire.Message.Failure;
import io.predicomp.controller.wire.MessageFormat;
import io.predicomp.controller.wire.ProtocolException;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.socket.LocalConnection;
import io.predicomp.os.socket.LocalServer;
import io.predicomp.os.socket.Poller;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The processes that have connected. Nobody is waited for, and each gets as much as it asks in
 * turn: one that floods, stalls or breaks the protocol only loses its own connection. For one
 * thread.
 */
final class Peers implements AutoCloseable {
  /** Connections at a time. */
  static final int MOST = 1024;

  /** How long a peer may take to enrol. */
  static final long PATIENCE_NANOS = 10_000_000_000L;

  /** Bytes read from one peer before the others have their turn. */
  private static final int TURN_BYTES = 64 << 10;

  private static final long PAUSE_NANOS = 1_000_000_000L;

  /** What is done with what peers say. */
  interface Receiver {
    /**
     * {@return why the connection has to end, or empty}
     *
     * @param message what the peer said
     */
    Optional<String> receive(Peer peer, Message message);

    /** A peer is gone, by itself or dropped. */
    void gone(Peer peer, String reason);
  }

  private final LocalServer server;
  private final Receiver receiver;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(TURN_BYTES);
  private final byte[] piece = new byte[TURN_BYTES];
  private List<Peer> peers = new ArrayList<>();
  private long acceptAgainNanos;
  private int ownPlace;
  private boolean listening;

  Peers(LocalServer server, Receiver receiver) {
    this.server = server;
    this.receiver = receiver;
  }

  /** Has the poller wait for all of them. */
  void register(Poller poller, long now) {
    listening = now >= acceptAgainNanos;
    if (listening) {
      ownPlace = poller.add(server.fd());
    }
    for (Peer peer : peers) {
      peer.place = poller.add(peer.connection.fd());
    }
  }

  /** Hears everybody that has something to say, and accepts who is new. */
  void serve(Poller poller, long now) {
    List<Peer> left = new ArrayList<>(peers.size() + 1);
    boolean connecting = listening && poller.isReady(ownPlace);
    for (Peer peer : peers) {
      String end = poller.isReady(peer.place) ? hear(peer) : "";
      if (end.isEmpty() && peer.generation == 0 && now - peer.sinceNanos > PATIENCE_NANOS) {
        end = "it has not enrolled";
      }
      if (end.isEmpty()) {
        left.add(peer);
      } else {
        drop(peer, end);
      }
    }
    peers = left;
    if (connecting) {
      accept(now);
    }
  }

  private void accept(long now) {
    try {
      for (Optional<LocalConnection> connection = server.accept();
          connection.isPresent();
          connection = server.accept()) {
        Peer peer = new Peer(connection.get(), now);
        if (peers.size() == MOST) {
          drop(peer, "there are " + MOST + " connections already");
        } else {
          peers.add(peer);
        }
      }
    } catch (ErrnoException e) {
      acceptAgainNanos = now + PAUSE_NANOS; // no descriptors left: later, perhaps
    }
  }

  /** {@return why the connection has to end, or nothing} */
  private String hear(Peer peer) {
    int bytes = peer.connection.read(buffer);
    if (bytes == LocalConnection.GONE) {
      return "it closed the connection";
    }
    if (bytes == LocalConnection.WOULD_WAIT) {
      return "";
    }
    MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, piece, 0, bytes);
    try {
      for (String line : peer.lines.add(piece, bytes)) {
        Optional<String> end = receiver.receive(peer, MessageFormat.decode(line));
        if (end.isPresent()) {
          return end.get();
        }
      }
      return "";
    } catch (ProtocolException e) {
      return e.getMessage();
    }
  }

  /** {@return the peer of that process and generation, or empty} */
  Optional<Peer> find(int pid, int generation) {
    return peers.stream()
        .filter(peer -> peer.pid() == pid && peer.generation == generation)
        .findFirst();
  }

  /** Ends a connection. */
  void dismiss(Peer peer, String reason) {
    if (peers.remove(peer)) {
      drop(peer, reason);
    }
  }

  private void drop(Peer peer, String reason) {
    boolean told = peer.send(new Failure(reason)); // if it listens
    peer.connection.close();
    receiver.gone(peer, told ? reason : reason + " (and did not listen)");
  }

  @Override
  public void close() {
    peers.forEach(peer -> peer.connection.close());
    server.close();
    arena.close();
  }
}
