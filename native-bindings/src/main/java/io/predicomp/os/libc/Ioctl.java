package io.predicomp.os.libc;

/**
 * Computes the numbers of ioctl requests, as the macros of {@code asm-generic/ioctl.h} do on x86-64
 * and AArch64.
 *
 * <pre>
 *   31 30 29           16 15      8 7       0
 *   +-----+--------------+---------+---------+
 *   | dir |     size     |  type   |   nr    |
 *   +-----+--------------+---------+---------+
 * </pre>
 */
final class Ioctl {
  private static final long WRITE = 1;
  private static final long READ = 2;

  private Ioctl() {}

  /**
   * {@return {@code _IO(type, nr)}}
   *
   * @param type the driver's letter, 8 bits
   * @param nr the request within the driver, 8 bits
   */
  static long plain(int type, int nr) {
    return (long) type << 8 | nr;
  }

  /**
   * {@return {@code _IOW(type, nr, struct)}}
   *
   * @param type the driver's letter, 8 bits
   * @param nr the request within the driver, 8 bits
   * @param size of the struct that is passed, in bytes, 14 bits
   */
  static long write(int type, int nr, long size) {
    return WRITE << 30 | size << 16 | plain(type, nr);
  }

  /**
   * {@return {@code _IOWR(type, nr, struct)}}
   *
   * @param type the driver's letter, 8 bits
   * @param nr the request within the driver, 8 bits
   * @param size of the struct that is passed, in bytes, 14 bits
   */
  static long readWrite(int type, int nr, long size) {
    return (READ | WRITE) << 30 | size << 16 | plain(type, nr);
  }
}
