/** The workloads. */
package io.predicomp.workloads.load;
