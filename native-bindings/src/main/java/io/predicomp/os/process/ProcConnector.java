package io.predicomp.os.process;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.predicomp.os.Errno;
import io.predicomp.os.ErrnoException;
import io.predicomp.os.OwnedFd;
import io.predicomp.os.libc.SocketCalls;
import io.predicomp.os.process.ProcessEvent.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Forks, execs and exits as the kernel's process connector tells them on a netlink socket ({@code
 * linux/cn_proc.h}). Needs {@code CONFIG_PROC_EVENTS} and CAP_NET_ADMIN, in the first namespaces of
 * network and processes. For one thread.
 *
 * <pre>
 *   0           16         36     40    44      52
 *   +-----------+----------+------+-----+-------+---------------------------+
 *   | nlmsghdr  |  cn_msg  | what | cpu | nanos | fields of what happened   |
 *   +-----------+----------+------+-----+-------+---------------------------+
 * </pre>
 */
public final class ProcConnector implements ProcessEventSource {
  private static final int NETLINK_CONNECTOR = 11; // linux/netlink.h
  private static final int CN_IDX_PROC = 1; // linux/connector.h
  private static final int CN_VAL_PROC = 1;
  private static final int PROC_CN_MCAST_LISTEN = 1; // linux/cn_proc.h
  private static final int NLMSG_DONE = 3; // linux/netlink.h
  private static final int PROC_EVENT_FORK = 0x00000001;
  private static final int PROC_EVENT_EXEC = 0x00000002;
  private static final int PROC_EVENT_EXIT = 0x80000000;

  private static final int EVENT = 36;
  private static final int NANOS = EVENT + 8;
  private static final int FIELDS = EVENT + 16;
  private static final int SHORTEST = FIELDS + 16;
  private static final int RECEIVE_BYTES = 8 << 20;
  private static final int MESSAGE_BYTES = 4096;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment message = arena.allocate(MESSAGE_BYTES, Long.BYTES);
  private final ProcessEvent event = new ProcessEvent();
  private final OwnedFd fd;
  private long lost;

  private ProcConnector(OwnedFd fd) {
    this.fd = fd;
  }

  /**
   * {@return the events from now on}
   *
   * @throws ErrnoException if the kernel refuses: EPERM without privilege, EPROTONOSUPPORT or
   *     ECONNREFUSED if it has no connector
   */
  public static ProcConnector open() {
    int type = SocketCalls.SOCK_DGRAM | SocketCalls.SOCK_CLOEXEC;
    OwnedFd fd =
        new OwnedFd(
            check("socket", SocketCalls.socket(SocketCalls.AF_NETLINK, type, NETLINK_CONNECTOR)));
    try (Arena arena = Arena.ofConfined()) {
      // struct sockaddr_nl { sa_family_t family; unsigned short pad; __u32 pid; __u32 groups; };
      MemorySegment address = arena.allocate(12, Integer.BYTES);
      address.set(JAVA_SHORT, 0, (short) SocketCalls.AF_NETLINK);
      address.set(JAVA_INT, 8, CN_IDX_PROC);
      check("bind", SocketCalls.bind(fd.number(), address));
      // More room than the system's limit takes privilege; with less, more may be lost.
      SocketCalls.setsockopt(
          fd.number(),
          SocketCalls.SOL_SOCKET,
          SocketCalls.SO_RCVBUFFORCE,
          arena.allocateFrom(JAVA_INT, RECEIVE_BYTES));
      MemorySegment request = arena.allocate(EVENT + Integer.BYTES, Integer.BYTES);
      request.set(JAVA_INT, 0, (int) request.byteSize());
      request.set(JAVA_SHORT, 4, (short) NLMSG_DONE);
      request.set(JAVA_INT, 16, CN_IDX_PROC);
      request.set(JAVA_INT, 20, CN_VAL_PROC);
      request.set(JAVA_SHORT, 32, (short) Integer.BYTES);
      request.set(JAVA_INT, EVENT, PROC_CN_MCAST_LISTEN);
      check("send", (int) SocketCalls.send(fd.number(), request, 0));
      return new ProcConnector(fd);
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  private static int check(String call, int result) {
    if (result < 0) {
      throw new ErrnoException(call, -result, "NETLINK_CONNECTOR");
    }
    return result;
  }

  @Override
  public String description() {
    return "netlink process connector";
  }

  @Override
  public OptionalInt fd() {
    return OptionalInt.of(fd.number());
  }

  @Override
  public int drain(Consumer<ProcessEvent> consumer, int most) {
    int count = 0;
    while (count < most) {
      long received = SocketCalls.recv(fd.number(), message, SocketCalls.MSG_DONTWAIT);
      if (received == -Errno.ENOBUFS.number()) {
        lost++; // at least one; the kernel does not say how many
      } else if (received < 0 && received != -Errno.EINTR.number()) {
        break;
      } else if (received >= SHORTEST && parse()) {
        consumer.accept(event);
        count++;
      }
    }
    return count;
  }

  /** Reads the message, and says whether it is about a process and not about a thread. */
  private boolean parse() {
    int first = message.get(JAVA_INT_UNALIGNED, FIELDS);
    int second = message.get(JAVA_INT_UNALIGNED, FIELDS + 4L);
    int third = message.get(JAVA_INT_UNALIGNED, FIELDS + 8L);
    int fourth = message.get(JAVA_INT_UNALIGNED, FIELDS + 12L);
    long nanos = message.get(JAVA_LONG_UNALIGNED, NANOS);
    switch (message.get(JAVA_INT_UNALIGNED, EVENT)) {
      case PROC_EVENT_FORK -> // thread and process of the parent, thread and process of the child
          event.set(Kind.FORK, nanos, fourth, third).setParent(second);
      case PROC_EVENT_EXEC ->
          event.set(Kind.EXEC, nanos, second, first).setName(ProcFiles.name(second));
      case PROC_EVENT_EXIT -> event.set(Kind.EXIT, nanos, second, first).setStatus(third);
      default -> {
        return false;
      }
    }
    return event.pid() == event.thread();
  }

  @Override
  public long lost() {
    return lost;
  }

  @Override
  public void close() {
    fd.close();
    arena.close();
  }
}
