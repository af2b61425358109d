package io.predicomp.os;

import java.util.Optional;

/**
 * A system call failed. Unchecked, because few failures can be handled where the call is made; the
 * message names call, arguments and error, as in {@code munmap(address=0x7f0000000001, length=4096
 * bytes): EINVAL (22), Invalid argument}.
 */
public final class ErrnoException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String call;
  private final String arguments;
  private final int number;

  /**
   * @param call the C name of the function
   * @param number the value of {@code errno}, positive
   * @param arguments the arguments with their names and units, empty if there are none
   */
  public ErrnoException(String call, int number, String arguments) {
    super(call + "(" + arguments + "): " + describe(number));
    this.call = call;
    this.arguments = arguments;
    this.number = number;
  }

  /** {@return the C name of the function that failed} */
  public String call() {
    return call;
  }

  /** {@return the arguments, as in the message} */
  public String arguments() {
    return arguments;
  }

  /** {@return the value of {@code errno}} */
  public int number() {
    return number;
  }

  /** {@return the symbolic name, or empty if the headers name none for the number} */
  public Optional<Errno> errno() {
    return Errno.of(number);
  }

  /** {@return whether the call failed with that error} */
  public boolean is(Errno errno) {
    return number == errno.number();
  }

  /**
   * {@return whether the kernel had no memory, no address space or no mapping left to give
   * (ENOMEM)} The number of mappings of a process is limited by {@code vm.max_map_count}.
   */
  public boolean isOutOfMemory() {
    return is(Errno.ENOMEM);
  }

  private static String describe(int number) {
    return Errno.of(number)
        .map(errno -> errno + " (" + number + "), " + errno.text())
        .orElse("errno " + number);
  }
}
