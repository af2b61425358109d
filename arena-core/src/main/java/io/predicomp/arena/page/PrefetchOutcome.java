package io.predicomp.arena.page;

/** What became of the wish to bring a page back before it is needed. */
public enum PrefetchOutcome {
  /** It is in memory now, by this call. */
  RESTORED,
  /** It was in memory, or somebody else is about to bring it back. */
  NOT_EVICTED,
  /** The resident budget has no room for it. */
  NO_ROOM,
  /** Its content cannot be had; whoever needs it will be told. */
  CORRUPT
}
