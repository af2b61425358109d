package io.predicomp.os.bpf;

import java.io.Serial;

/** The kernel's verifier refused a program; the message ends with what it said. */
public final class BpfVerifierException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  BpfVerifierException(String program, String log) {
    super("the kernel refuses the BPF program " + program + ":\n" + log.strip());
  }
}
