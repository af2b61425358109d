/** {@code report}: results of measurements and traces of runs as one page, or as text. */
package io.predicomp.bench.report;
