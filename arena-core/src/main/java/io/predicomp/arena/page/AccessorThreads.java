package io.predicomp.arena.page;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The threads that may access an arena: those that made cursors, and those of {@link ThreadSlots},
 * which are the process's. Asked now and then how many of them are not idle.
 *
 * <p>Thread-safe.
 */
final class AccessorThreads {
  /** A thread, as long as it lives. */
  static final class ThreadReference extends WeakReference<Thread> {
    final long threadId;

    ThreadReference(Thread thread) {
      super(thread);
      this.threadId = thread.threadId();
    }

    boolean isDead() {
      Thread thread = get();
      return thread == null || !thread.isAlive();
    }

    /**
     * Whether the thread is running, wants to, or is in a native call, which may be a system call
     * that waits: nobody can tell without asking the kernel.
     */
    boolean isActive() {
      Thread thread = get();
      return thread != null && thread.getState() == Thread.State.RUNNABLE;
    }
  }

  private volatile ThreadReference[] threads = new ThreadReference[0];

  /** Adds the current thread. */
  void add() {
    Thread thread = Thread.currentThread();
    if (indexOf(thread.threadId()) < 0) {
      addNew(thread);
    }
  }

  private synchronized void addNew(Thread thread) {
    List<ThreadReference> alive = new ArrayList<>();
    for (ThreadReference each : threads) {
      if (!each.isDead()) {
        alive.add(each);
      }
    }
    alive.add(new ThreadReference(thread));
    threads = alive.toArray(ThreadReference[]::new);
  }

  private int indexOf(long threadId) {
    ThreadReference[] all = threads;
    for (int i = 0; i < all.length; i++) {
      if (all[i].threadId == threadId) {
        return i;
      }
    }
    return -1;
  }

  /** Threads that are not idle now. Allocates nothing. */
  int active() {
    int active = 0;
    for (ThreadReference each : threads) {
      active += each.isActive() ? 1 : 0;
    }
    for (int i = 0; i < ThreadSlots.OWNERS.length(); i++) {
      ThreadReference each = ThreadSlots.OWNERS.get(i);
      active += isActiveAndNew(each) ? 1 : 0;
    }
    return active;
  }

  private boolean isActiveAndNew(@Nullable ThreadReference owner) {
    return owner != null && owner.isActive() && indexOf(owner.threadId) < 0;
  }
}
