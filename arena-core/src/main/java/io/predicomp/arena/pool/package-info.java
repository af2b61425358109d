/**
 * The store of compressed pages: size classes in slabs over one reserved mapping, under a hard
 * limit that counts metadata and fragmentation. {@link io.predicomp.arena.pool.CompressedPool} is
 * the door; the picture is in its Javadoc, the reasons and figures in {@code docs/pool.md}.
 */
package io.predicomp.arena.pool;
