/** Workloads beside the same loop in C. */
package io.predicomp.bench.loop;
