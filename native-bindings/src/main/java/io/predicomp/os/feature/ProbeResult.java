package io.predicomp.os.feature;

/** The answer to whether something can be used here. Immutable. */
public sealed interface ProbeResult {

  /**
   * It was tried, and works.
   *
   * @param detail what else was learnt; may be empty
   */
  record Supported(String detail) implements ProbeResult {
    /** Nothing else was learnt. */
    public Supported() {
      this("");
    }
  }

  /**
   * It cannot be used.
   *
   * @param reason why not
   * @param remedy what to do about it
   */
  record Unsupported(String reason, String remedy) implements ProbeResult {}

  /**
   * It could not be found out.
   *
   * @param reason why not
   */
  record Unknown(String reason) implements ProbeResult {}
}
