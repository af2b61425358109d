package io.predicomp.controller.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes lines of the pieces in which bytes arrive; holds at most one line of the longest length.
 */
public final class LineBuffer {
  private byte[] pending = new byte[256];
  private int length;

  /** Begins empty. */
  public LineBuffer() {}

  /**
   * {@return the lines that are complete now, without their ends}
   *
   * @param bytes how many of the piece count
   * @throws ProtocolException if a line is longer than {@link Message#LONGEST}
   */
  public List<String> add(byte[] piece, int bytes) throws ProtocolException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < bytes; i++) {
      if (piece[i] == '\n') {
        lines.add(new String(pending, 0, length, StandardCharsets.UTF_8));
        length = 0;
      } else {
        if (length == Message.LONGEST) {
          throw new ProtocolException("a line is longer than " + Message.LONGEST + " bytes");
        }
        if (length == pending.length) {
          pending = Arrays.copyOf(pending, Math.min(2 * length, Message.LONGEST));
        }
        pending[length++] = piece[i];
      }
    }
    return lines;
  }
}
