package io.predicomp.os.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The calls on sockets, under the rules of {@link Libc}. Apart from it, because linking a handle
 * costs a program's start more than a millisecond.
 */
public final class SocketCalls {
  // bits/socket.h, bits/socket_type.h, asm-generic/socket.h; the same on both architectures
  public static final int AF_UNIX = 1;
  public static final int AF_NETLINK = 16;
  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_NONBLOCK = 0x800;
  public static final int SOCK_CLOEXEC = 0x80000;
  public static final int SOL_SOCKET = 1;
  public static final int SO_PEERCRED = 17;
  public static final int SO_RCVBUFFORCE = 33;
  public static final int MSG_DONTWAIT = 0x40;
  public static final int MSG_NOSIGNAL = 0x4000;

  // int socket(int domain, int type, int protocol);
  private static final MethodHandle SOCKET =
      Downcalls.link("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  // int bind(int fd, const struct sockaddr *addr, socklen_t length);
  private static final MethodHandle BIND =
      Downcalls.link("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  // int listen(int fd, int backlog);
  private static final MethodHandle LISTEN =
      Downcalls.link("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  // int accept4(int fd, struct sockaddr *addr, socklen_t *length, int flags);
  private static final MethodHandle ACCEPT4 =
      Downcalls.link(
          "accept4", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
  // int getsockopt(int fd, int level, int name, void *value, socklen_t *length);
  private static final MethodHandle GETSOCKOPT =
      Downcalls.link(
          "getsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  // int setsockopt(int fd, int level, int name, const void *value, socklen_t length);
  private static final MethodHandle SETSOCKOPT =
      Downcalls.link(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  // ssize_t recv(int fd, void *buffer, size_t length, int flags);
  private static final MethodHandle RECV =
      Downcalls.link(
          "recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  // ssize_t send(int fd, const void *buffer, size_t length, int flags);
  private static final MethodHandle SEND =
      Downcalls.link(
          "send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  // int fchmod(int fd, mode_t mode);
  private static final MethodHandle FCHMOD =
      Downcalls.link("fchmod", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

  private SocketCalls() {}

  /** {@return a file descriptor} */
  public static int socket(int domain, int type, int protocol) {
    try {
      return (int) SOCKET.invokeExact(domain, type, protocol);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0} */
  public static int bind(int fd, MemorySegment address) {
    try {
      return (int) BIND.invokeExact(fd, address, (int) address.byteSize());
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0} */
  public static int listen(int fd, int backlog) {
    try {
      return (int) LISTEN.invokeExact(fd, backlog);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return a file descriptor} */
  public static int accept4(int fd, int flags) {
    try {
      return (int) ACCEPT4.invokeExact(fd, MemorySegment.NULL, MemorySegment.NULL, flags);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0, with {@code value} and its length written} */
  public static int getsockopt(
      int fd, int level, int name, MemorySegment value, MemorySegment length) {
    try {
      return (int) GETSOCKOPT.invokeExact(fd, level, name, value, length);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0} */
  public static int setsockopt(int fd, int level, int name, MemorySegment value) {
    try {
      return (int) SETSOCKOPT.invokeExact(fd, level, name, value, (int) value.byteSize());
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return the bytes received; 0 if the peer sends no more} */
  public static long recv(int fd, MemorySegment buffer, int flags) {
    try {
      return (long) RECV.invokeExact(fd, buffer, buffer.byteSize(), flags);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return the bytes sent} */
  public static long send(int fd, MemorySegment data, int flags) {
    try {
      return (long) SEND.invokeExact(fd, data, data.byteSize(), flags);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }

  /** {@return 0} */
  public static int fchmod(int fd, int mode) {
    try {
      return (int) FCHMOD.invokeExact(fd, mode);
    } catch (Throwable t) {
      throw Downcalls.rethrow(t);
    }
  }
}
