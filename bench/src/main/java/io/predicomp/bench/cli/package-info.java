/** The measurements as commands of {@code ./predicomp}. */
package io.predicomp.bench.cli;
