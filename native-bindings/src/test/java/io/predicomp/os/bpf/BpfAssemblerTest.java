package io.predicomp.os.bpf;

import static io.predicomp.os.bpf.BpfAssembler.Condition.ANY_BIT;
import static io.predicomp.os.bpf.BpfAssembler.Condition.EQUAL;
import static io.predicomp.os.bpf.BpfAssembler.Condition.NOT_EQUAL;
import static io.predicomp.os.bpf.BpfRegister.R0;
import static io.predicomp.os.bpf.BpfRegister.R1;
import static io.predicomp.os.bpf.BpfRegister.R10;
import static io.predicomp.os.bpf.BpfRegister.R2;
import static io.predicomp.os.bpf.BpfRegister.R6;
import static io.predicomp.os.bpf.BpfRegister.R7;
import static io.predicomp.os.bpf.BpfRegister.R8;
import static io.predicomp.os.bpf.BpfRegister.R9;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.predicomp.os.bpf.BpfAssembler.Size;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Encodings byte for byte, as clang and llvm-objdump have them. */
class BpfAssemblerTest {
  static Stream<Arguments> instructions() {
    return Stream.of(
        one("r6 = r1", "bf16000000000000", a -> a.move(R6, R1)),
        one("r0 = 0", "b700000000000000", a -> a.move(R0, 0)),
        one("r1 = -1", "b7010000ffffffff", a -> a.move(R1, -1)),
        one("w8 = w0", "bc08000000000000", a -> a.moveLower(R8, R0)),
        one("r2 += -48", "07020000d0ffffff", a -> a.add(R2, -48)),
        one("r9 >>= 32", "7709000020000000", a -> a.shiftRight(R9, 32)),
        one("r7 = *(u8 *)(r6 + 32)", "7167200000000000", a -> a.load(Size.BYTE, R7, R6, 32)),
        one("r7 = *(u16 *)(r6 + 0)", "6967000000000000", a -> a.load(Size.HALF, R7, R6, 0)),
        one("r7 = *(u32 *)(r6 + 20)", "6167140000000000", a -> a.load(Size.WORD, R7, R6, 20)),
        one("r7 = *(u64 *)(r6 + 32)", "7967200000000000", a -> a.load(Size.DOUBLE, R7, R6, 32)),
        one("*(u32 *)(r10 - 48) = 1", "620ad0ff01000000", a -> a.store(Size.WORD, R10, -48, 1)),
        one("*(u64 *)(r10 - 8) = 0", "7a0af8ff00000000", a -> a.store(Size.DOUBLE, R10, -8, 0)),
        one("*(u32 *)(r10 - 44) = r8", "638ad4ff00000000", a -> a.store(Size.WORD, R10, -44, R8)),
        one("*(u64 *)(r10 - 32) = r0", "7b0ae0ff00000000", a -> a.store(Size.DOUBLE, R10, -32, R0)),
        one("lock *(u64 *)(r1 + 8) += r2", "db21080000000000", a -> a.atomicAdd(R1, 8, R2)),
        one("call 130", "8500000082000000", a -> a.call(BpfHelper.RINGBUF_OUTPUT)),
        one("exit", "9500000000000000", BpfAssembler::exit),
        one("goto +0", "0500000000000000", a -> a.jump("l").label("l")),
        one("if r0 == 0 goto +0", "1500000000000000", a -> a.jumpIf(EQUAL, R0, 0, "l").label("l")),
        one(
            "if r7 & 65536 goto +0",
            "4507000000000100",
            a -> a.jumpIf(ANY_BIT, R7, 0x10000, "l").label("l")),
        one(
            "if r8 != r9 goto +0",
            "5d98000000000000",
            a -> a.jumpIf(NOT_EQUAL, R8, R9, "l").label("l")));
  }

  private static Arguments one(String meaning, String hex, UnaryOperator<BpfAssembler> code) {
    return Arguments.of(meaning, hex, code);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("instructions")
  void anInstructionHasItsKnownBytes(String meaning, String hex, UnaryOperator<BpfAssembler> code) {
    assertEquals(hex, bytes(code.apply(new BpfAssembler())), meaning);
  }

  @Test
  void jumpsCountInstructionsFromTheNextOne() {
    BpfAssembler code =
        new BpfAssembler()
            .jumpIf(EQUAL, R0, 0, "end")
            .move(R1, 1)
            .jump("end")
            .move(R1, 2)
            .label("end")
            .exit();
    assertEquals(
        "1500030000000000"
            + "b701000001000000"
            + "0500010000000000"
            + "b701000002000000"
            + "9500000000000000",
        bytes(code));
  }

  @Test
  void whatCannotBeEncodedIsRefused() {
    BpfAssembler code = new BpfAssembler();
    assertThrows(IllegalArgumentException.class, () -> code.load(Size.WORD, R0, R1, 40_000));
    assertThrows(IllegalArgumentException.class, () -> code.label("twice").label("twice"));
    assertThrows(IllegalArgumentException.class, () -> Size.of(3));
    code.jump("nowhere");
    assertThrows(IllegalStateException.class, code::instructions);
  }

  private static String bytes(BpfAssembler code) {
    long[] instructions = code.instructions();
    ByteBuffer buffer =
        ByteBuffer.allocate(Long.BYTES * instructions.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long instruction : instructions) {
      buffer.putLong(instruction);
    }
    return HexFormat.of().formatHex(buffer.array());
  }
}
