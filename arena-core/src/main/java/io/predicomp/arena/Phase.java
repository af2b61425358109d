package io.predicomp.arena;

/** What an application is about to do with a region, as it tells the arena. */
public enum Phase {
  /** The region is about to be used: restore it now. */
  ACTIVE,
  /** The region will not be used for a while: it may be compressed before its pages are cold. */
  IDLE
}
