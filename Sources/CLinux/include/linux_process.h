#ifndef EPICENTER_LINUX_PROCESS_H
#define EPICENTER_LINUX_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/// Asks the kernel to send `signal` to this process when the thread that started it ends.
/// Swift's Glibc lacks the variadic prctl. Returns 0, or errno.
int epicenter_set_parent_death_signal(int signal);

/// Makes this process the parent of what its children leave behind. Returns 0, or errno.
int epicenter_adopt_orphans(void);

/// How a child begins. What is negative is left as it is.
struct epicenter_child {
    const char *path;
    char *const *arguments;
    char *const *environment;
    /// Become the child's descriptors 0, 1 and 2 (the same one), 3 and 4.
    int input, output, log, lifeline;
    /// Resource limits, soft and hard alike: open files, bytes of a core file.
    int64_t open_files, core_bytes;
    int nice;
    /// Whether `nice` is set.
    int sets_nice;
};

/// Which call failed while a child was being started.
enum epicenter_start_step {
    EPICENTER_STEP_FORK = 1, EPICENTER_STEP_PARENT, EPICENTER_STEP_DESCRIPTORS, EPICENTER_STEP_LIMITS,
    EPICENTER_STEP_NICE, EPICENTER_STEP_EXEC, EPICENTER_STEP_PIDFD,
};

/// Starts a child in a process group of its own, with an empty signal mask and default handlers, that is killed when
/// the calling thread ends. Returns after its exec.
///
/// Returns 0 with the pid and a descriptor that is readable when the child has ended; or errno, with the step that
/// failed, and then there is no child.
int epicenter_start(const struct epicenter_child *child, pid_t *pid, int *pidfd, int *step);

/// Has the C library keep memory that is freed, up to `kept` bytes at the end of each heap, and take blocks of up to
/// `largest` bytes (32 MiB at the most) from there. Swift's Glibc lacks mallopt.
void epicenter_keep_freed_memory(int largest, int kept);

/// Bytes that malloc has given out and not got back. Swift's Glibc lacks mallinfo2.
size_t epicenter_allocated_bytes(void);

/// The kind of the file system that holds `path`, as statfs(2) numbers them; -1 where it cannot be told. Swift's Glibc
/// lacks statfs.
int64_t epicenter_file_system(const char *path);

/// Whether the kernel holds its clock to be synchronized: 1 or 0; -1 where it cannot be told. Swift's Glibc lacks adjtimex.
int epicenter_clock_is_synchronized(void);

#endif
