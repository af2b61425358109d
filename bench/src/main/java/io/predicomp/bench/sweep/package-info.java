/** {@code codec_sweep}: every codec at every size, by what it saves and what it costs. */
package io.predicomp.bench.sweep;
