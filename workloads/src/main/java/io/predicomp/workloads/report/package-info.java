/** What a run leaves behind: one JSON line, a summary to read, and the arena's statistics. */
package io.predicomp.workloads.report;
