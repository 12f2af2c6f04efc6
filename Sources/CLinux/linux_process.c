#include "linux_process.h"

#include <errno.h>
#include <malloc.h>
#include <sys/prctl.h>

int epicenter_set_parent_death_signal(int signal) {
    return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) == 0 ? 0 : errno;
}

void epicenter_keep_freed_memory(int largest, int kept) {
    mallopt(M_MMAP_THRESHOLD, largest);
    mallopt(M_TRIM_THRESHOLD, kept);
}
