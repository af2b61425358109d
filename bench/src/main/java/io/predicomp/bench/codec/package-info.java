/** What codecs cost per page, and by which way of calling them. Results: docs/codecs.md. */
package io.predicomp.bench.codec;
