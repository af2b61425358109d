/** The command line. */
package io.predicomp.workloads.cli;
