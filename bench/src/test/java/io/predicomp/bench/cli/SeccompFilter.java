package io.predicomp.bench.cli;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a container engine makes of a seccomp profile, for the two system calls that its default one
 * denies: they fail with EPERM, except where a rule of the profile allows them. All others are
 * allowed, which the default profile does for those that predicomp makes.
 */
final class SeccompFilter {
  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

  /** {@code asm/unistd_64.h}, {@code asm-generic/unistd.h}. */
  private static final Map<String, Integer> DENIED =
      Map.of("userfaultfd", ARM ? 282 : 323, "process_madvise", 440);

  private static final long SECCOMP = ARM ? 277 : 317;

  /** {@code linux/audit.h}: AUDIT_ARCH_AARCH64, AUDIT_ARCH_X86_64. */
  private static final int ARCHITECTURE = ARM ? 0xC00000B7 : 0xC000003E;

  // linux/bpf_common.h: BPF_LD | BPF_W | BPF_ABS; BPF_ALU | BPF_AND | BPF_K; BPF_JMP | BPF_JEQ |
  // BPF_K; BPF_RET | BPF_K.
  private static final int LOAD = 0x20;
  private static final int AND = 0x54;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int RETURN = 0x06;

  // linux/seccomp.h: struct seccomp_data, and what a filter returns.
  private static final int NUMBER_AT = 0;
  private static final int ARCHITECTURE_AT = 4;
  private static final int ARGUMENTS_AT = 16;
  private static final int ALLOW = 0x7fff0000;
  private static final int FAIL_WITH_EPERM = 0x00050000 | 1;

  private static final int PR_SET_NO_NEW_PRIVS = 38; // linux/prctl.h
  private static final int SECCOMP_SET_MODE_FILTER = 1;
  private static final int SECCOMP_FILTER_FLAG_TSYNC = 1; // all threads of the process

  /** {@code struct sock_filter}; the jumps skip so many instructions. */
  private record Instruction(int code, int ifEqual, int ifNot, int operand) {
    Instruction(int code, int operand) {
      this(code, 0, 0, operand);
    }
  }

  private final List<Instruction> program = new ArrayList<>();

  /**
   * @param rules the {@code syscalls} of a profile
   */
  SeccompFilter(JsonNode rules) {
    program.add(new Instruction(LOAD, ARCHITECTURE_AT));
    program.add(new Instruction(JUMP_IF_EQUAL, 1, 0, ARCHITECTURE));
    program.add(new Instruction(RETURN, ALLOW));
    DENIED.forEach((name, number) -> deny(number, rulesFor(name, rules)));
    program.add(new Instruction(RETURN, ALLOW));
  }

  private static List<JsonNode> rulesFor(String name, JsonNode rules) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode rule : rules) {
      for (JsonNode each : rule.get("names")) {
        if (each.asText().equals(name) && rule.get("action").asText().equals("SCMP_ACT_ALLOW")) {
          found.add(rule);
        }
      }
    }
    return found;
  }

  private void deny(int number, List<JsonNode> exceptions) {
    List<Instruction> denied = new ArrayList<>();
    exceptions.forEach(rule -> denied.addAll(allow(rule)));
    denied.add(new Instruction(RETURN, FAIL_WITH_EPERM));
    program.add(new Instruction(LOAD, NUMBER_AT));
    program.add(new Instruction(JUMP_IF_EQUAL, 0, denied.size(), number));
    program.addAll(denied);
  }

  /** Returns ALLOW if all conditions hold, otherwise goes on behind. */
  private static List<Instruction> allow(JsonNode rule) {
    JsonNode conditions = rule.path("args");
    int length = conditions.size() * 6 + 1;
    List<Instruction> code = new ArrayList<>();
    for (JsonNode condition : conditions) {
      if (!condition.get("op").asText().equals("SCMP_CMP_MASKED_EQ")) {
        throw new IllegalArgumentException("a comparison that is not known here: " + condition);
      }
      long mask = condition.get("value").asLong();
      long value = condition.get("valueTwo").asLong();
      int at = ARGUMENTS_AT + condition.get("index").asInt() * Long.BYTES;
      for (int shift = 0; shift < Long.SIZE; shift += Integer.SIZE) {
        code.add(new Instruction(LOAD, at + shift / Byte.SIZE)); // little-endian
        code.add(new Instruction(AND, (int) (mask >>> shift)));
        int behind = length - code.size() - 1;
        code.add(new Instruction(JUMP_IF_EQUAL, 0, behind, (int) (value >>> shift)));
      }
    }
    code.add(new Instruction(RETURN, ALLOW));
    return code;
  }

  /** Puts the whole process under it, for good; false where the kernel has no such filters. */
  @SuppressWarnings("restricted")
  boolean install() throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle prctl =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("prctl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    MethodHandle syscall =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS),
            Linker.Option.firstVariadicArg(1));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment code = arena.allocate(program.size() * 8L, 8);
      for (int i = 0; i < program.size(); i++) {
        Instruction each = program.get(i);
        code.set(JAVA_SHORT, i * 8L, (short) each.code());
        code.set(JAVA_BYTE, i * 8L + 2, (byte) each.ifEqual());
        code.set(JAVA_BYTE, i * 8L + 3, (byte) each.ifNot());
        code.set(JAVA_INT, i * 8L + 4, each.operand());
      }
      MemorySegment filter = arena.allocate(16, 8); // struct sock_fprog
      filter.set(JAVA_SHORT, 0, (short) program.size());
      filter.set(ADDRESS, 8, code);
      return (int) prctl.invokeExact(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0
          && (long)
                  syscall.invokeExact(
                      SECCOMP,
                      (long) SECCOMP_SET_MODE_FILTER,
                      (long) SECCOMP_FILTER_FLAG_TSYNC,
                      filter)
              == 0;
    }
  }
}
