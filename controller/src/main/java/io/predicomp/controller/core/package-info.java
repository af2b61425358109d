/**
 * What the controller knows and decides: events and times in, actions out. No threads, no files.
 */
@NullMarked
package io.predicomp.controller.core;

import org.jspecify.annotations.NullMarked;
