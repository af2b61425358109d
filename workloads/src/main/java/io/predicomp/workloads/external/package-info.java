/** Other people's benchmarks, run within bounds and summed up. */
package io.predicomp.workloads.external;
