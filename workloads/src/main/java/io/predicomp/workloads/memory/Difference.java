package io.predicomp.workloads.memory;

/**
 * A page that does not contain what was written to it.
 *
 * @param page number in the region
 * @param offset of the first wrong byte, in bytes from the start of the page
 */
public record Difference(long page, long offset, byte expected, byte found) {
  @Override
  public String toString() {
    return "page %d is wrong at byte %d: expected 0x%02x, found 0x%02x"
        .formatted(page, offset, expected, found);
  }
}
