package io.predicomp.os.bpf;

/**
 * A register of the BPF machine. Results are in R0, arguments in R1 to R5, which a call destroys;
 * R6 to R9 survive it. R10 is the end of the stack of 512 bytes, and cannot be written.
 */
public enum BpfRegister {
  R0(0),
  R1(1),
  R2(2),
  R3(3),
  R4(4),
  R5(5),
  R6(6),
  R7(7),
  R8(8),
  R9(9),
  R10(10);

  private final int number;

  BpfRegister(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
