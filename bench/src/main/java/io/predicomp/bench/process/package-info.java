/** {@code process_mem_bench}: what one process takes before, while and after pages are cold. */
package io.predicomp.bench.process;
