/** The memory that a workload touches: plain, or on the compressed arena. */
package io.predicomp.workloads.memory;
