/** What the pages of a workload contain: a function of the seed and the page number. */
package io.predicomp.workloads.fill;
