package io.predicomp.os.bpf;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * Where the kernel's structures have their members, as its own type information says: BTF ({@code
 * linux/btf.h}), which a kernel built with {@code CONFIG_DEBUG_INFO_BTF} shows.
 *
 * <pre>
 *   header | types, one after the other | names, each ended by a zero byte
 *   type:    name offset | info (kind in bits 24 to 28, count in the lower 16, flag) | size or type
 *   struct:  a type followed by its members: name offset | type | offset in bits
 * </pre>
 */
final class KernelTypes {
  private static final int MAGIC = 0xeb9f;
  private static final int TYPE_BYTES = 12;
  private static final int KIND_STRUCT = 4;

  private final ByteBuffer bytes;
  private final int types;
  private final int typesEnd;
  private final int names;

  private KernelTypes(ByteBuffer bytes) throws IOException {
    this.bytes = bytes.order(LITTLE_ENDIAN);
    if (bytes.limit() < 24 || (bytes.getShort(0) & 0xffff) != MAGIC) {
      throw new IOException("no BTF of this byte order");
    }
    int header = bytes.getInt(4);
    types = header + bytes.getInt(8);
    typesEnd = types + bytes.getInt(12);
    names = header + bytes.getInt(16);
    if (header < 24 || types < header || typesEnd > bytes.limit() || names > bytes.limit()) {
      throw new IOException("the BTF is cut off");
    }
  }

  /**
   * {@return the types of the running kernel}
   *
   * @throws IOException if it does not show them
   */
  static KernelTypes read() throws IOException {
    return parse(Files.readAllBytes(Path.of("/sys/kernel/btf/vmlinux")));
  }

  static KernelTypes parse(byte[] btf) throws IOException {
    return new KernelTypes(ByteBuffer.wrap(btf));
  }

  /** {@return the offset of a member of a structure in bytes, or empty if there is no such one} */
  OptionalInt offset(String struct, String member) {
    for (int at = types; at + TYPE_BYTES <= typesEnd; ) {
      int info = bytes.getInt(at + 4);
      int kind = info >>> 24 & 0x1f;
      int count = info & 0xffff;
      if (kind == KIND_STRUCT && isName(bytes.getInt(at), struct)) {
        return memberOffset(at + TYPE_BYTES, count, info < 0, member);
      }
      at += TYPE_BYTES + extraBytes(kind, count);
    }
    return OptionalInt.empty();
  }

  private OptionalInt memberOffset(int members, int count, boolean bitfields, String member) {
    for (int at = members; at < members + count * 12; at += 12) {
      if (isName(bytes.getInt(at), member)) {
        int bits = bytes.getInt(at + 8);
        // With the flag, the upper byte is the width of a bit field.
        return OptionalInt.of((bitfields ? bits & 0xffffff : bits) / 8);
      }
    }
    return OptionalInt.empty();
  }

  /** What follows a type of that kind. */
  private static int extraBytes(int kind, int count) {
    return switch (kind) {
      case 1, 14, 17 -> 4; // integer, variable's linkage, tag of a declaration
      case 3 -> 12; // array
      case 4, 5, 15, 19 -> 12 * count; // struct, union, section, enumeration of 64 bits
      case 6, 13 -> 8 * count; // enumeration, prototype
      default -> 0; // pointer, forward, typedef, qualifiers, function, float, tag of a type
    };
  }

  private boolean isName(int offset, String name) {
    int at = names + offset;
    byte[] wanted = name.getBytes(StandardCharsets.US_ASCII);
    if (at < 0 || at + wanted.length >= bytes.limit() || bytes.get(at + wanted.length) != 0) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (bytes.get(at + i) != wanted[i]) {
        return false;
      }
    }
    return true;
  }
}
