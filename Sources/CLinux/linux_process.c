#include "linux_process.h"

#include <errno.h>
#include <sys/prctl.h>

int epicenter_set_parent_death_signal(int signal) {
    return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) == 0 ? 0 : errno;
}
