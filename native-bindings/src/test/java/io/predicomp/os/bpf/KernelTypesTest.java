package io.predicomp.os.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class KernelTypesTest {
  // Offsets: 1 int, 5 task, 10 pid, 14 flags
  private static final String NAMES = "\0int\0task\0pid\0flags\0";

  /** An integer, a pointer, and a struct with a member of 8 bytes and a bit field. */
  private static byte[] example() {
    int[] types = {
      1,
      1 << 24,
      4,
      0, // int: its encoding follows
      0,
      2 << 24,
      1, // pointer to it
      5,
      1 << 31 | 4 << 24 | 2,
      16, // struct task, with bit fields, 2 members
      10,
      2,
      64, // pid at bit 64
      14,
      1,
      3 << 24 | 96, // flags: 3 bits at bit 96
    };
    byte[] names = NAMES.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer all =
        ByteBuffer.allocate(24 + 4 * types.length + names.length).order(ByteOrder.LITTLE_ENDIAN);
    all.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0).putInt(24);
    all.putInt(0).putInt(4 * types.length).putInt(4 * types.length).putInt(names.length);
    Arrays.stream(types).forEach(all::putInt);
    all.put(names);
    return all.array();
  }

  @Test
  void membersAreFoundByName() throws IOException {
    KernelTypes types = KernelTypes.parse(example());
    assertEquals(OptionalInt.of(8), types.offset("task", "pid"));
    assertEquals(OptionalInt.of(12), types.offset("task", "flags"));
    assertEquals(OptionalInt.empty(), types.offset("task", "pi"));
    assertEquals(OptionalInt.empty(), types.offset("tas", "pid"));
  }

  @Test
  void whatIsNoTypeInformationIsRefused() {
    assertThrows(IOException.class, () -> KernelTypes.parse(new byte[0]));
    assertThrows(IOException.class, () -> KernelTypes.parse(new byte[100]));
    byte[] cut = Arrays.copyOf(example(), 60);
    assertThrows(IOException.class, () -> KernelTypes.parse(cut));
  }
}
