#include "allocation_meter.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>

// glibc exports its own functions under these names for this purpose.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static atomic_long in_use;
static atomic_long peak;
static long start;

static void *taken(void *block) {
    if (!block) return block;
    long now = atomic_fetch_add_explicit(&in_use, (long)malloc_usable_size(block), memory_order_relaxed)
        + (long)malloc_usable_size(block);
    long seen = atomic_load_explicit(&peak, memory_order_relaxed);
    while (now > seen && !atomic_compare_exchange_weak_explicit(&peak, &seen, now, memory_order_relaxed,
                                                               memory_order_relaxed)) {
    }
    return block;
}

static void given_back(void *block) {
    if (block) atomic_fetch_sub_explicit(&in_use, (long)malloc_usable_size(block), memory_order_relaxed);
}

void *malloc(size_t size) { return taken(__libc_malloc(size)); }

void *calloc(size_t count, size_t size) { return taken(__libc_calloc(count, size)); }

void *realloc(void *block, size_t size) {
    long before = block ? (long)malloc_usable_size(block) : 0;
    void *moved = __libc_realloc(block, size);
    if (!moved && size) return moved;
    atomic_fetch_sub_explicit(&in_use, before, memory_order_relaxed);
    return taken(moved);
}

void free(void *block) {
    given_back(block);
    __libc_free(block);
}

void *memalign(size_t alignment, size_t size) { return taken(__libc_memalign(alignment, size)); }

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **block, size_t alignment, size_t size) {
    void *made = memalign(alignment, size);
    if (!made) return ENOMEM;
    *block = made;
    return 0;
}

void allocation_meter_reset(void) {
    start = atomic_load_explicit(&in_use, memory_order_relaxed);
    atomic_store_explicit(&peak, start, memory_order_relaxed);
}

size_t allocation_meter_peak(void) {
    long most = atomic_load_explicit(&peak, memory_order_relaxed);
    return most > start ? (size_t)(most - start) : 0;
}
