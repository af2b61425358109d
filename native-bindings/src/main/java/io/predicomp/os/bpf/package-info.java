/**
 * Programs for the kernel's BPF machine, assembled, loaded and attached without compiler or
 * library, and what they report. Needs root, or CAP_BPF and CAP_PERFMON.
 */
package io.predicomp.os.bpf;
