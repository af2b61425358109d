package io.predicomp.controller.wire;

import io.predicomp.controller.wire.Message.Ack;
import io.predicomp.controller.wire.Message.Compress;
import io.predicomp.controller.wire.Message.Enroll;
import io.predicomp.controller.wire.Message.Enrolled;
import io.predicomp.controller.wire.Message.Failure;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A process's side of the connection. A thread of its own reads; requests wait until the process
 * asks for them at a moment that suits it. Thread-safe.
 */
public final class EnrolledProcess implements AutoCloseable {
  private static final long NONE = 0;

  private final SocketChannel channel;
  private final LineBuffer lines = new LineBuffer();
  private final Deque<String> received = new ArrayDeque<>();
  private final AtomicLong request = new AtomicLong(NONE);
  private volatile String trouble = "";
  private volatile boolean closed;

  private EnrolledProcess(SocketChannel channel) {
    this.channel = channel;
  }

  /**
   * Enrols, and waits until the controller has confirmed it.
   *
   * @throws IOException if nobody listens at the path, or the controller refuses; the message says
   *     why
   */
  public static EnrolledProcess enroll(Path socket, Enroll enroll) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    EnrolledProcess process = new EnrolledProcess(channel);
    try {
      process.send(enroll);
      return switch (process.receive()) {
        case Enrolled _ -> {
          Thread.ofPlatform().name("controller").daemon().start(process::listen);
          yield process;
        }
        case Failure failure -> throw new IOException(failure.reason());
        case Message other -> throw new IOException("the controller answered " + other);
      };
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private void listen() {
    try {
      while (true) {
        switch (receive()) {
          case Compress compress -> request.set(compress.request());
          case Failure failure -> throw new IOException(failure.reason());
          case Message other -> throw new IOException("the controller said " + other);
        }
      }
    } catch (AsynchronousCloseException e) {
      // closed by ourselves
    } catch (IOException e) {
      if (!closed) {
        trouble = "the controller is gone: " + e.getMessage();
      }
    }
  }

  private Message receive() throws IOException {
    byte[] piece = new byte[1024];
    try {
      while (received.isEmpty()) {
        int bytes = channel.read(ByteBuffer.wrap(piece));
        if (bytes < 0) {
          throw new IOException("it closed the connection");
        }
        received.addAll(lines.add(piece, bytes));
      }
      return MessageFormat.decode(received.removeFirst());
    } catch (ProtocolException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** {@return whether the controller has asked for compression, and got no answer yet} */
  public boolean isAsked() {
    return request.get() != NONE;
  }

  /** {@return the request to carry out, now the caller's to answer; 0 if there is none} */
  public long takeRequest() {
    return request.getAndSet(NONE);
  }

  /** Answers a request; does nothing if the controller is gone. */
  public void answer(Ack ack) {
    try {
      send(ack);
    } catch (IOException e) {
      if (!closed) {
        trouble = "the controller is gone: " + e.getMessage();
      }
    }
  }

  private synchronized void send(Message message) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(MessageFormat.encode(message));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** {@return what went wrong with the connection, empty if nothing did} */
  public String trouble() {
    return trouble;
  }

  @Override
  public void close() {
    closed = true;
    try {
      channel.close();
    } catch (IOException e) {
      trouble = "the connection cannot be closed: " + e.getMessage();
    }
  }
}
