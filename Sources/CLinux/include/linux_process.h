#ifndef EPICENTER_LINUX_PROCESS_H
#define EPICENTER_LINUX_PROCESS_H

/// Asks the kernel to send `signal` to this process when the thread that started it ends.
/// Swift's Glibc lacks the variadic prctl. Returns 0, or errno.
int epicenter_set_parent_death_signal(int signal);

/// Has the C library keep memory that is freed, up to `kept` bytes at the end of each heap, and take blocks of up to
/// `largest` bytes (32 MiB at the most) from there. Swift's Glibc lacks mallopt.
void epicenter_keep_freed_memory(int largest, int kept);

#endif
