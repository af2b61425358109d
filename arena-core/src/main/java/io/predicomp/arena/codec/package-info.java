/**
 * Page codecs: how the contents of one page become fewer bytes and come back.
 *
 * <p>{@link io.predicomp.arena.codec.PageCodec} is the interface to implement for a codec of one's
 * own; {@link io.predicomp.arena.codec.Codecs} names the built-in ones. {@link
 * io.predicomp.arena.codec.SameFilled} recognises pages that need no codec.
 */
package io.predicomp.arena.codec;
