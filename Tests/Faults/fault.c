// A failing disk for the tests, by LD_PRELOAD. While the file that EPICENTER_FAULT names is there and says
// "CALL PART", that call fails with EIO for files whose path contains PART. A failing fdatasync fails once, as the
// kernel's does.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(const char *call, int descriptor) {
    const char *name = getenv("EPICENTER_FAULT");
    if (!name) return 0;
    int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char wanted[256] = {0}, link[64], path[1024] = {0}, *part;
    ssize_t count = read(file, wanted, sizeof wanted - 1);
    close(file);
    if (count <= 0 || !(part = strchr(wanted, ' '))) return 0;
    *part++ = 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    if (strcmp(wanted, call) || readlink(link, path, sizeof path - 1) < 0 || !strstr(path, part)) return 0;
    if (!strcmp(call, "fdatasync")) unlink(name);
    errno = EIO;
    return 1;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real) real = dlsym(RTLD_NEXT, "pwrite");
    return fails("pwrite", descriptor) ? -1 : real(descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
    return pwrite(descriptor, bytes, count, offset);
}

int fdatasync(int descriptor) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
    return fails("fdatasync", descriptor) ? -1 : real(descriptor);
}
