// What Swift needs of libzmq and cannot reach through <zmq.h> alone.
//
// There is no pkgConfig on purpose: libzmq's .pc file on Debian lists Kerberos
// include flags, about which SwiftPM warns.

#ifndef CZEROMQ_SHIM_H
#define CZEROMQ_SHIM_H

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

// The flags of eventfd(2) are an anonymous enum, which Swift sees as a type of
// its own instead of an integer.
static inline int czmq_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

#endif
