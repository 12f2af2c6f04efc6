#define _GNU_SOURCE
#include "linux_process.h"

#include <sys/statfs.h>
#include <sys/timex.h>
#include <string.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int epicenter_set_parent_death_signal(int signal) {
    return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) == 0 ? 0 : errno;
}

int epicenter_adopt_orphans(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : errno;
}

// After fork, in a process that had other threads: only what is safe in a signal handler.

static int place_descriptors(const struct epicenter_child *child) {
    int wanted[] = {child->input, child->output, child->output, child->log, child->lifeline};
    int moved[5];
    // First out of the way of the numbers they are to have.
    for (int i = 0; i < 5; i++)
        if ((moved[i] = fcntl(wanted[i], F_DUPFD_CLOEXEC, 16)) < 0) return -1;
    for (int i = 0; i < 5; i++)
        if (dup2(moved[i], i) < 0) return -1;
    return 0;
}

static int set_limit(int resource, int64_t value) {
    if (value < 0) return 0;
    struct rlimit limit = {(rlim_t)value, (rlim_t)value};
    return setrlimit(resource, &limit);
}

static void reset_signals(void) {
    for (int number = 1; number < 65; number++)
        if (number != SIGKILL && number != SIGSTOP) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/// Returns only if something failed, with the step.
static int become(const struct epicenter_child *child, pid_t parent) {
    reset_signals();
    setpgid(0, 0);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return EPICENTER_STEP_PARENT;
    // It may have died before the kernel was asked.
    if (getppid() != parent) { errno = ESRCH; return EPICENTER_STEP_PARENT; }
    if (place_descriptors(child) != 0) return EPICENTER_STEP_DESCRIPTORS;
    // Everything else is closed by exec; the report too, which tells the parent that all went well.
    if (syscall(SYS_close_range, 5u, ~0u, 1u << 2 /* CLOSE_RANGE_CLOEXEC */) != 0)
        for (int number = 5; number < 4096; number++) fcntl(number, F_SETFD, FD_CLOEXEC);
    if (set_limit(RLIMIT_NOFILE, child->open_files) != 0) return EPICENTER_STEP_LIMITS;
    if (set_limit(RLIMIT_CORE, child->core_bytes) != 0) return EPICENTER_STEP_LIMITS;
    if (child->sets_nice && setpriority(PRIO_PROCESS, 0, child->nice) != 0) return EPICENTER_STEP_NICE;
    execve(child->path, child->arguments, child->environment);
    return EPICENTER_STEP_EXEC;
}

int epicenter_start(const struct epicenter_child *child, pid_t *pid, int *pidfd, int *step) {
    int report[2];
    *step = EPICENTER_STEP_FORK;
    if (pipe2(report, O_CLOEXEC) != 0) return errno;
    pid_t parent = getpid();
    sigset_t all, before;
    // No handler of ours may run in the child before its handlers are reset.
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t made = fork();
    int failure = errno;
    if (made == 0) {
        int said[2];
        // Out of the way of descriptors 0 to 4.
        int high = fcntl(report[1], F_DUPFD_CLOEXEC, 16);
        said[0] = become(child, parent);
        said[1] = errno;
        while (write(high, said, sizeof said) < 0 && errno == EINTR) {}
        _exit(127);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (made < 0) {
        close(report[0]);
        return failure;
    }
    int said[2];
    ssize_t count;
    while ((count = read(report[0], said, sizeof said)) < 0 && errno == EINTR) {}
    close(report[0]);
    if (count == sizeof said) {
        *step = said[0];
        failure = said[1];
    } else {
        *step = EPICENTER_STEP_PIDFD;
        *pidfd = (int)syscall(SYS_pidfd_open, made, 0u);
        if (*pidfd >= 0) {
            *pid = made;
            return 0;
        }
        failure = errno;
    }
    kill(made, SIGKILL);
    while (waitpid(made, NULL, 0) < 0 && errno == EINTR) {}
    return failure;
}

void epicenter_keep_freed_memory(int largest, int kept) {
    mallopt(M_MMAP_THRESHOLD, largest);
    mallopt(M_TRIM_THRESHOLD, kept);
}

size_t epicenter_allocated_bytes(void) {
    struct mallinfo2 information = mallinfo2();
    return information.uordblks + information.hblkhd;
}

int64_t epicenter_file_system(const char *path) {
    struct statfs found;
    return statfs(path, &found) == 0 ? (int64_t)found.f_type : -1;
}

int epicenter_clock_is_synchronized(void) {
    struct timex state;
    memset(&state, 0, sizeof state);
    int answer = adjtimex(&state);
    if (answer < 0) return -1;
    return answer != TIME_ERROR && !(state.status & STA_UNSYNC);
}
