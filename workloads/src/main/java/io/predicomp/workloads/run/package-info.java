/**
 * How a workload runs: time, pace, workers, latencies, and the moments at which memory goes cold.
 */
package io.predicomp.workloads.run;
