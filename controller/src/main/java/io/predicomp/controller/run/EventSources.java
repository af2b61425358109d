package io.predicomp.controller.run;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.bpf.BpfProcessEvents;
import io.predicomp.os.bpf.BpfVerifierException;
import io.predicomp.os.process.ProcConnector;
import io.predicomp.os.process.ProcPolling;
import io.predicomp.os.process.ProcessEventSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Chooses where to learn of processes. */
public final class EventSources {
  /** Which source is wanted. */
  public enum Wanted {
    /** The first of the others that works. */
    AUTO,
    /** Programs in the kernel. */
    EBPF,
    /** The netlink process connector. */
    NETLINK,
    /** Polling. */
    PROC
  }

  /**
   * An open source.
   *
   * @param refused why those before it cannot be used, one sentence each
   */
  public record Chosen(ProcessEventSource source, List<String> refused) {
    /** Copies the list. */
    public Chosen {
      refused = List.copyOf(refused);
    }
  }

  /** {@code PROC_PID_INIT_INO} of {@code linux/proc_ns.h}: events name processes of this one. */
  private static final String FIRST_PID_NAMESPACE = "pid:[4026531836]";

  private EventSources() {}

  /**
   * {@return the source}
   *
   * @throws IOException if the one that is wanted cannot be used; the message says why and what to
   *     do
   */
  public static Chosen open(Wanted wanted) throws IOException {
    List<String> refused = new ArrayList<>();
    for (Wanted each : List.of(Wanted.EBPF, Wanted.NETLINK, Wanted.PROC)) {
      if (wanted != Wanted.AUTO && wanted != each) {
        continue;
      }
      try {
        return new Chosen(open(each, namespace()), refused);
      } catch (ErrnoException e) {
        refused.add(
            describe(each) + " cannot be used: " + e.getMessage() + "; run as " + needed(each));
      } catch (BpfVerifierException | IOException e) {
        refused.add(describe(each) + " cannot be used: " + e.getMessage());
      }
    }
    throw new IOException(String.join("; ", refused));
  }

  private static String needed(Wanted source) {
    return source == Wanted.EBPF
        ? "root, or with CAP_BPF and CAP_PERFMON, and CAP_SYS_ADMIN if tracefs is not mounted"
        : "root, or with CAP_NET_ADMIN";
  }

  private static ProcessEventSource open(Wanted source, String namespace) throws IOException {
    if (source != Wanted.PROC && !namespace.equals(FIRST_PID_NAMESPACE)) {
      throw new IOException(
          "this is a container with process numbers of its own, and the kernel's are others");
    }
    return switch (source) {
      case EBPF -> BpfProcessEvents.open(false, BpfProcessEvents.RING_BYTES);
      case NETLINK -> ProcConnector.open();
      default -> new ProcPolling();
    };
  }

  private static String namespace() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
  }

  private static String describe(Wanted source) {
    return switch (source) {
      case EBPF -> "eBPF";
      case NETLINK -> "the process connector";
      default -> "polling of /proc";
    };
  }
}
