package io.predicomp.arena;

import io.predicomp.arena.page.PageTable;
import io.predicomp.arena.page.PinSlot;
import io.predicomp.arena.page.Pins;

/**
 * The fastest access to a region, for one thread: the one that called {@link Region#cursor()}.
 * Every access by another throws {@link WrongThreadException}, because a cursor announces which
 * page its thread is using, and two threads would overwrite each other's announcement.
 *
 * <p>Needs no close. A cursor that outlives its region throws {@link IllegalStateException}.
 */
public final class Cursor extends PageAccess {
  private final Thread owner;
  private final CompressedArena arena;

  Cursor(CompressedArena arena, PageTable table) {
    super(table);
    this.arena = arena;
    this.owner = Thread.currentThread();
  }

  @Override
  PinSlot ownSlot() {
    return slot();
  }

  @Override
  PinSlot slot() {
    if (Thread.currentThread() != owner) {
      throw wrongThread();
    }
    return this;
  }

  @Override
  void exit(PinSlot slot) {
    Pins.exitOwned(slot);
  }

  @Override
  CompressedArena arena() {
    return arena;
  }

  private WrongThreadException wrongThread() {
    return new WrongThreadException("cursor of " + owner + " used by " + Thread.currentThread());
  }
}
