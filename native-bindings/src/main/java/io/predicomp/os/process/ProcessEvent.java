package io.predicomp.os.process;

import java.nio.charset.StandardCharsets;

/**
 * What happened to a process. One object that a source writes again for each event, so that
 * following many allocates nothing: whoever takes it reads it before returning, and keeps nothing
 * of it.
 */
public final class ProcessEvent {
  /** What happened. */
  public enum Kind {
    /** A process was made. */
    FORK(0),
    /** It runs another program from now on. */
    EXEC(1),
    /** It has ended. */
    EXIT(2),
    /** One of its threads began; reported only if asked for. */
    THREAD_START(3),
    /** One of its threads has ended, and not the last; reported only if asked for. */
    THREAD_EXIT(4);

    private static final Kind[] BY_CODE = values();

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /** {@return a number that stands for it where there are no objects} */
    public int code() {
      return code;
    }

    /** {@return the kind of that number} */
    public static Kind ofCode(int code) {
      return BY_CODE[code];
    }
  }

  /** The exit code where it is not known. */
  public static final int UNKNOWN = Integer.MIN_VALUE;

  /** The longest name of a thread, with the zero that ends it: {@code TASK_COMM_LEN}. */
  public static final int NAME_BYTES = 16;

  private Kind kind = Kind.FORK;
  private long nanos;
  private int pid;
  private int thread;
  private int parent;
  private int exitCode = UNKNOWN;
  private final byte[] name = new byte[NAME_BYTES];

  /** Begins as nothing that happened. */
  public ProcessEvent() {}

  /** Begins a new event; parent, exit code and name are unknown at first. */
  public ProcessEvent set(Kind kind, long nanos, int pid, int thread) {
    this.kind = kind;
    this.nanos = nanos;
    this.pid = pid;
    this.thread = thread;
    parent = 0;
    exitCode = UNKNOWN;
    name[0] = 0;
    return this;
  }

  /** Sets the process that made it; 0 if unknown. */
  public ProcessEvent setParent(int parent) {
    this.parent = parent;
    return this;
  }

  /** Sets how it ended, as wait(2) would tell; negative if unknown. */
  public ProcessEvent setStatus(int status) {
    int signal = status & 0x7f; // WTERMSIG of bits/waitstatus.h
    exitCode = status < 0 ? UNKNOWN : signal == 0 ? status >> 8 & 0xff : -signal;
    return this;
  }

  /** Sets the name. */
  public ProcessEvent setName(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, NAME_BYTES - 1);
    System.arraycopy(bytes, 0, name, 0, length);
    name[length] = 0;
    return this;
  }

  /** {@return the name's bytes, for a source to write; a zero ends it} */
  public byte[] nameBytes() {
    return name;
  }

  /** {@return what happened} */
  public Kind kind() {
    return kind;
  }

  /** {@return when, in nanoseconds of CLOCK_MONOTONIC} */
  public long nanos() {
    return nanos;
  }

  /** {@return the process} */
  public int pid() {
    return pid;
  }

  /** {@return the thread, of the process or made by it} */
  public int thread() {
    return thread;
  }

  /** {@return the process that made it, or 0 if the source does not say} */
  public int parent() {
    return parent;
  }

  /** {@return the exit code, the negative number of the signal, or {@link #UNKNOWN}} */
  public int exitCode() {
    return exitCode;
  }

  /** {@return the name of the thread, empty if the source does not say; makes a new string} */
  public String name() {
    int length = 0;
    while (length < NAME_BYTES && name[length] != 0) {
      length++;
    }
    return new String(name, 0, length, StandardCharsets.UTF_8);
  }
}
