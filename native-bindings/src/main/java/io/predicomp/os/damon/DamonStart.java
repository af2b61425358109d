package io.predicomp.os.damon;

/** What came of asking DAMON to watch. Nothing here is an exception: each is to be expected. */
public sealed interface DamonStart {
  /**
   * It is watching.
   *
   * @param monitor to be closed by the caller
   * @param note what people should know, in one sentence; empty if there is nothing
   */
  record Watching(DamonMonitor monitor, String note) implements DamonStart {}

  /**
   * It is not, and nothing was changed.
   *
   * @param cause for programs
   * @param sentence for people: why, and what to do about it
   */
  record Refused(Cause cause, String sentence) implements DamonStart {}

  /** Why DAMON does not watch. */
  enum Cause {
    /** The kernel was built without DAMON or its control files, or sysfs is not mounted. */
    NO_SYSFS,
    /** The control files may not be read or written by this process. */
    NO_PERMISSION,
    /** DAMON is there, but not for virtual addresses. */
    NO_VADDR,
    /** Somebody else uses DAMON, or has prepared to. */
    BUSY,
    /** A process that used this library was killed and left its kdamond; it can be replaced. */
    LEFT_BEHIND,
    /** The kernel shows regions neither through schemes (6.2) nor through tracefs. */
    NO_SNAPSHOTS,
    /** The process to be watched does not exist. */
    NO_PROCESS,
    /** Something else; the sentence has the kernel's words. */
    FAILED
  }
}
