package io.predicomp.os.bpf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes instructions of the BPF machine ({@code linux/bpf.h}, {@code linux/bpf_common.h}), each a
 * {@code long} as it lies in memory of a little-endian machine. For one thread.
 *
 * <pre>
 *   63            32 31       16 15  12 11   8 7        0
 *   +---------------+-----------+------+------+----------+
 *   |   immediate   |  offset   | src  | dst  |   code   |
 *   +---------------+-----------+------+------+----------+
 * </pre>
 */
public final class BpfAssembler {
  /** Bytes that a load or store moves. */
  public enum Size {
    BYTE(0x10),
    HALF(0x08),
    WORD(0x00),
    DOUBLE(0x18);

    private final int code;

    Size(int code) {
      this.code = code;
    }

    /** {@return the size of that many bytes} */
    static Size of(int bytes) {
      return switch (bytes) {
        case 1 -> BYTE;
        case 2 -> HALF;
        case 4 -> WORD;
        case 8 -> DOUBLE;
        default -> throw new IllegalArgumentException("nothing loads " + bytes + " bytes at once");
      };
    }
  }

  /** When a jump is taken. */
  public enum Condition {
    EQUAL(0x10),
    NOT_EQUAL(0x50),
    /** A bit of the immediate is set. */
    ANY_BIT(0x40);

    private final int code;

    Condition(int code) {
      this.code = code;
    }
  }

  private static final int CLASS_LOAD = 0x01; // BPF_LDX
  private static final int CLASS_STORE_IMMEDIATE = 0x02; // BPF_ST
  private static final int CLASS_STORE = 0x03; // BPF_STX
  private static final int CLASS_ALU_32 = 0x04; // BPF_ALU
  private static final int CLASS_JUMP = 0x05; // BPF_JMP
  private static final int CLASS_ALU = 0x07; // BPF_ALU64
  private static final int LOAD_IMMEDIATE_64 = 0x18; // BPF_LD | BPF_IMM | BPF_DW
  private static final int MODE_MEMORY = 0x60; // BPF_MEM
  private static final int MODE_ATOMIC = 0xc0; // BPF_ATOMIC, with immediate 0: BPF_ADD
  private static final int FROM_REGISTER = 0x08; // BPF_X
  private static final int OP_ADD = 0x00;
  private static final int OP_SHIFT_RIGHT = 0x70; // BPF_RSH
  private static final int OP_MOVE = 0xb0; // BPF_MOV
  private static final int OP_CALL = 0x80;
  private static final int OP_EXIT = 0x90;
  private static final int PSEUDO_MAP_FD = 1; // BPF_PSEUDO_MAP_FD
  private static final int PSEUDO_MAP_VALUE = 2; // BPF_PSEUDO_MAP_VALUE

  private record Jump(int index, String label) {}

  private long[] code = new long[64];
  private int length;
  private final Map<String, Integer> labels = new HashMap<>();
  private final List<Jump> jumps = new ArrayList<>();

  /** Begins without instructions. */
  public BpfAssembler() {}

  /** {@code to = from}. */
  public BpfAssembler move(BpfRegister to, BpfRegister from) {
    return add(CLASS_ALU | OP_MOVE | FROM_REGISTER, to, from, 0, 0);
  }

  /** {@code to = value}, sign-extended. */
  public BpfAssembler move(BpfRegister to, int value) {
    return add(CLASS_ALU | OP_MOVE, to, BpfRegister.R0, 0, value);
  }

  /** {@code to = the lower 32 bits of from}. */
  public BpfAssembler moveLower(BpfRegister to, BpfRegister from) {
    return add(CLASS_ALU_32 | OP_MOVE | FROM_REGISTER, to, from, 0, 0);
  }

  /** {@code to += value}. */
  public BpfAssembler add(BpfRegister to, int value) {
    return add(CLASS_ALU | OP_ADD, to, BpfRegister.R0, 0, value);
  }

  /** {@code to >>>= bits}. */
  public BpfAssembler shiftRight(BpfRegister to, int bits) {
    return add(CLASS_ALU | OP_SHIFT_RIGHT, to, BpfRegister.R0, 0, bits);
  }

  /** {@code to = *(size *) (base + offset)}, zero-extended. */
  public BpfAssembler load(Size size, BpfRegister to, BpfRegister base, int offset) {
    return add(CLASS_LOAD | MODE_MEMORY | size.code, to, base, offset, 0);
  }

  /** {@code *(size *) (base + offset) = from}. */
  public BpfAssembler store(Size size, BpfRegister base, int offset, BpfRegister from) {
    return add(CLASS_STORE | MODE_MEMORY | size.code, base, from, offset, 0);
  }

  /** {@code *(size *) (base + offset) = value}, sign-extended. */
  public BpfAssembler store(Size size, BpfRegister base, int offset, int value) {
    return add(
        CLASS_STORE_IMMEDIATE | MODE_MEMORY | size.code, base, BpfRegister.R0, offset, value);
  }

  /** {@code *(u64 *) (base + offset) += from}, atomically. */
  public BpfAssembler atomicAdd(BpfRegister base, int offset, BpfRegister from) {
    return add(CLASS_STORE | MODE_ATOMIC | Size.DOUBLE.code, base, from, offset, 0);
  }

  /** {@code to = the map}, as helpers take it. */
  public BpfAssembler loadMap(BpfRegister to, BpfMap map) {
    return loadWide(to, PSEUDO_MAP_FD, map.fd(), 0);
  }

  /** {@code to = address of the only value of an array, plus offset}. */
  public BpfAssembler loadMapValue(BpfRegister to, BpfMap array, int offset) {
    return loadWide(to, PSEUDO_MAP_VALUE, array.fd(), offset);
  }

  /** Calls; the result is in R0. */
  public BpfAssembler call(BpfHelper helper) {
    return add(CLASS_JUMP | OP_CALL, BpfRegister.R0, BpfRegister.R0, 0, helper.number());
  }

  /** Goes on at a label further down. */
  public BpfAssembler jump(String label) {
    jumps.add(new Jump(length, label));
    return add(CLASS_JUMP, BpfRegister.R0, BpfRegister.R0, 0, 0); // BPF_JA
  }

  /** Goes on at a label further down if the condition holds between register and value. */
  public BpfAssembler jumpIf(Condition condition, BpfRegister register, int value, String label) {
    jumps.add(new Jump(length, label));
    return add(CLASS_JUMP | condition.code, register, BpfRegister.R0, 0, value);
  }

  /** Goes on at a label further down if the condition holds between two registers. */
  public BpfAssembler jumpIf(
      Condition condition, BpfRegister register, BpfRegister other, String label) {
    jumps.add(new Jump(length, label));
    return add(CLASS_JUMP | condition.code | FROM_REGISTER, register, other, 0, 0);
  }

  /**
   * Names this place.
   *
   * @throws IllegalArgumentException if another place has the name
   */
  public BpfAssembler label(String label) {
    if (labels.putIfAbsent(label, length) != null) {
      throw new IllegalArgumentException("two labels " + label);
    }
    return this;
  }

  /** Returns R0. */
  public BpfAssembler exit() {
    return add(CLASS_JUMP | OP_EXIT, BpfRegister.R0, BpfRegister.R0, 0, 0);
  }

  /**
   * {@return the instructions, with jumps resolved}
   *
   * @throws IllegalStateException if a jump goes to no label
   */
  public long[] instructions() {
    long[] result = Arrays.copyOf(code, length);
    for (Jump jump : jumps) {
      Integer target = labels.get(jump.label());
      if (target == null) {
        throw new IllegalStateException("no label " + jump.label());
      }
      result[jump.index()] |= (target - jump.index() - 1 & 0xffffL) << 16;
    }
    return result;
  }

  /** A 64-bit immediate takes two instructions; the lower half goes into the first. */
  private BpfAssembler loadWide(BpfRegister to, int kind, int low, int high) {
    add(encode(LOAD_IMMEDIATE_64, to.number(), kind, 0, low));
    return add(encode(0, 0, 0, 0, high));
  }

  private BpfAssembler add(int operation, BpfRegister dst, BpfRegister src, int offset, int value) {
    return add(encode(operation, dst.number(), src.number(), offset, value));
  }

  private static long encode(int operation, int dst, int src, int offset, int value) {
    if (offset != (short) offset) {
      throw new IllegalArgumentException("offset " + offset + " does not fit 16 bits");
    }
    return (long) value << 32 | (offset & 0xffffL) << 16 | src << 12 | dst << 8 | operation;
  }

  private BpfAssembler add(long instruction) {
    if (length == code.length) {
      code = Arrays.copyOf(code, 2 * length);
    }
    code[length++] = instruction;
    return this;
  }
}
