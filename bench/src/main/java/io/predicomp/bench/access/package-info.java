/** What accesses to resident memory cost, each next to a raw {@code MemorySegment}. */
package io.predicomp.bench.access;
