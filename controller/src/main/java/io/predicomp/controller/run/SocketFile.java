package io.predicomp.controller.run;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.socket.LocalServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The place at which the controller can be found. */
public final class SocketFile {
  /** Where controller and processes look if nobody says otherwise. */
  public static final Path DEFAULT = Path.of("/tmp/predicomp-controller.sock");

  private SocketFile() {}

  /**
   * {@return a server at that path} What a controller left that is gone is replaced. If this is run
   * by sudo, the socket belongs to the user who did, whose processes are to enrol.
   *
   * @throws IOException if another controller listens there, or it cannot be made
   */
  public static LocalServer listen(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      if (!Files.readAttributes(path, "isOther", LinkOption.NOFOLLOW_LINKS)
          .get("isOther")
          .equals(true)) {
        throw new IOException("there is a file that is no socket");
      }
      try (SocketChannel other = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        throw new IOException("another controller listens there: " + other.getRemoteAddress());
      } catch (ConnectException e) {
        Files.delete(path);
      }
    }
    try {
      LocalServer server = LocalServer.listen(path);
      String user = System.getenv("SUDO_UID");
      if (user != null && user.matches("\\d{1,9}")) {
        Files.setAttribute(path, "unix:uid", Integer.valueOf(user), LinkOption.NOFOLLOW_LINKS);
      }
      return server;
    } catch (ErrnoException | IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
