/** Workloads whose load is processes that come and go. */
package io.predicomp.workloads.churn;
