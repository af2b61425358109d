/*
 * What every part of libpredicomp shares. The library holds only what Java cannot do itself: the
 * body of a forked child, and whatever runs inside a signal handler. It is bound completely when it
 * is loaded and never unloaded, keeps no state but what its callers pass, and allocates nothing.
 *
 * Functions report failure by returning -errno, so that no errno travels between threads.
 */
#ifndef PREDICOMP_H
#define PREDICOMP_H

/* Everything else is hidden, so that calls within the library do not go through the linker. */
#define PREDICOMP_EXPORT __attribute__((visibility("default")))

#endif
