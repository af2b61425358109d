package io.predicomp.controller.wire;

import java.util.Map;

/** What controller and processes say to each other. */
public sealed interface Message {
  /** The protocol's version, in each message. */
  int VERSION = 1;

  /** The longest line, without its end, in bytes. */
  int LONGEST = 16 << 10;

  /**
   * To the controller, first and once: what a process is and can do.
   *
   * @param pid which has to be that of the process at the other end
   * @param policy {@code internal}, {@code external} or {@code both}: with {@code internal} it does
   *     not compress when asked
   */
  record Enroll(
      int pid,
      String workload,
      long capMebibytes,
      long minSavingsPercent,
      long regionMebibytes,
      String policy)
      implements Message {}

  /** To the process: it is enrolled. */
  record Enrolled(int generation, long deadlineNanos) implements Message {}

  /**
   * To the process: compress, at the next moment that suits.
   *
   * @param request number to name in the answer
   */
  record Compress(long request) implements Message {}

  /**
   * To the controller: what came of a request.
   *
   * @param done whether it compressed
   * @param reason why not; empty if it did
   * @param figures counters of the arena by name
   */
  record Ack(long request, boolean done, String reason, Map<String, Long> figures)
      implements Message {
    /** Copies the figures. */
    public Ack {
      figures = Map.copyOf(figures);
    }
  }

  /** To the process: what was wrong with what it said; the connection ends. */
  record Failure(String reason) implements Message {}
}
