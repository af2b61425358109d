/** Compares code with its baseline in one run, on a machine where other work disturbs both. */
package io.predicomp.bench.compare;
