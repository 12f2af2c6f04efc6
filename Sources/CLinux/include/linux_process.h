#ifndef EPICENTER_LINUX_PROCESS_H
#define EPICENTER_LINUX_PROCESS_H

/// Asks the kernel to send `signal` to this process when the thread that started it ends.
/// Swift's Glibc lacks the variadic prctl. Returns 0, or errno.
int epicenter_set_parent_death_signal(int signal);

#endif
