package io.predicomp.controller.core;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The living processes by their numbers, and how often each number was used. Arrays in pieces, as
 * process numbers are small and dense: nothing is hashed, and a number costs 8 bytes once it was
 * used.
 */
final class PidTable {
  private static final int PIECE_BITS = 10;
  private static final int PIECE = 1 << PIECE_BITS;

  private static final class Piece {
    final @Nullable TrackedProcess[] processes = new TrackedProcess[PIECE];
    final int[] generations = new int[PIECE];
  }

  private @Nullable Piece[] pieces = new Piece[32];
  private int size;

  /** {@return the living process of that number, or null} */
  @Nullable TrackedProcess get(int pid) {
    int index = pid >>> PIECE_BITS;
    Piece piece = index < pieces.length ? pieces[index] : null;
    return piece == null ? null : piece.processes[pid & PIECE - 1];
  }

  /**
   * {@return a new process of that number}
   *
   * @throws IllegalStateException if there is a living one
   */
  TrackedProcess add(int pid) {
    int index = pid >>> PIECE_BITS;
    if (index >= pieces.length) {
      pieces = Arrays.copyOf(pieces, Math.max(index + 1, 2 * pieces.length));
    }
    Piece piece = pieces[index];
    if (piece == null) {
      piece = new Piece();
      pieces[index] = piece;
    }
    int slot = pid & PIECE - 1;
    if (piece.processes[slot] != null) {
      throw new IllegalStateException("process " + pid + " is alive");
    }
    TrackedProcess process = new TrackedProcess(pid, ++piece.generations[slot]);
    piece.processes[slot] = process;
    size++;
    return process;
  }

  /** Takes a living process out. */
  void remove(TrackedProcess process) {
    Piece piece = pieces[process.pid >>> PIECE_BITS];
    int slot = process.pid & PIECE - 1;
    if (piece == null || piece.processes[slot] != process) {
      throw new IllegalStateException("process " + process.pid + " is not alive");
    }
    piece.processes[slot] = null;
    size--;
  }

  /** {@return how many are alive} */
  int size() {
    return size;
  }

  /** Visits the living, by their numbers; the visitor may remove the one it is given. */
  void forEach(Consumer<TrackedProcess> visitor) {
    for (Piece piece : pieces) {
      if (piece != null) {
        for (TrackedProcess process : piece.processes) {
          if (process != null) {
            visitor.accept(process);
          }
        }
      }
    }
  }
}
