/** Decisions about pages: small, pure, threadless; what they decide is carried out elsewhere. */
@NullMarked
package io.predicomp.arena.policy;

import org.jspecify.annotations.NullMarked;
