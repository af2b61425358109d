package io.predicomp.arena.pool;

/** Why the pool refused to store a payload. One counter each. */
public enum RejectReason {
  /** Storing it would take the pool over its limit, metadata and fragmentation included. */
  POOL_LIMIT,
  /** The limit leaves room, but no free run of the reserved address space is long enough. */
  ADDRESS_SPACE
}
