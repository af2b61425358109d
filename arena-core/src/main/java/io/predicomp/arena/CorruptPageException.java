package io.predicomp.arena;

/**
 * Thrown by an access to a page that could not be restored to what was written to it. The page
 * stays compressed and every further access throws again: the arena never returns wrong bytes.
 */
public final class CorruptPageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Index of the page within its region. */
  private final int page;

  public CorruptPageException(int page, String detail) {
    super("page " + page + " cannot be restored: " + detail);
    this.page = page;
  }

  /** Index of the page within its region. */
  public int page() {
    return page;
  }
}
