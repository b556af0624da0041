#define _GNU_SOURCE
#include "CHeap.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__GLIBC__) && !defined(SANITIZED)
#define COUNTS_HEAP 1
#endif

struct slot {
    heap_counts counts;
    int taken;
    uint32_t site_count; // HEAP_SITES: not recording
    uintptr_t stack_low, stack_high;
    heap_site sites[HEAP_SITES];
} __attribute__((aligned(128)));

static struct slot slots[HEAP_SLOTS];
static __thread struct slot *mine __attribute__((tls_model("initial-exec")));

extern const char __executable_start[];

// One writer a counter: a load and a store, no locked instruction.
static inline void add(uint64_t *counter) { __atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED); }

int heap_is_counted(void) {
#ifdef COUNTS_HEAP
    return 1;
#else
    return 0;
#endif
}

int heap_watch_this_thread(void) {
    if (mine) return (int)(mine - slots);
    for (int i = 0; i < HEAP_SLOTS; i++) {
        int free_slot = 0;
        if (!__atomic_compare_exchange_n(&slots[i].taken, &free_slot, 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) continue;
        memset(&slots[i].counts, 0, sizeof slots[i].counts);
        slots[i].site_count = HEAP_SITES;
        pthread_attr_t attributes;
        void *low = NULL;
        size_t size = 0;
        if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
            pthread_attr_getstack(&attributes, &low, &size);
            pthread_attr_destroy(&attributes);
        }
        slots[i].stack_low = (uintptr_t)low;
        slots[i].stack_high = (uintptr_t)low + size;
        mine = &slots[i];
        return i;
    }
    return -1;
}

void heap_unwatch_this_thread(void) { mine = NULL; }

void heap_release_slot(int slot) {
    if (slot >= 0 && slot < HEAP_SLOTS) __atomic_store_n(&slots[slot].taken, 0, __ATOMIC_RELEASE);
}

heap_counts heap_read(int slot) {
    heap_counts counts = {0};
    if (slot < 0 || slot >= HEAP_SLOTS) return counts;
    counts.allocations = __atomic_load_n(&slots[slot].counts.allocations, __ATOMIC_RELAXED);
    counts.frees = __atomic_load_n(&slots[slot].counts.frees, __ATOMIC_RELAXED);
    counts.retains = __atomic_load_n(&slots[slot].counts.retains, __ATOMIC_RELAXED);
    counts.releases = __atomic_load_n(&slots[slot].counts.releases, __ATOMIC_RELAXED);
    return counts;
}

// ---- who called ----

void heap_record_sites(int slot) {
    if (slot < 0 || slot >= HEAP_SLOTS) return;
    __atomic_store_n(&slots[slot].site_count, 0, __ATOMIC_RELEASE);
}

size_t heap_read_sites(int slot, heap_site *out) {
    if (slot < 0 || slot >= HEAP_SLOTS) return 0;
    uint32_t count = __atomic_load_n(&slots[slot].site_count, __ATOMIC_ACQUIRE);
    if (count > HEAP_SITES) count = HEAP_SITES;
    memcpy(out, slots[slot].sites, count * sizeof *out);
    return count;
}

// Walks saved frame pointers, which Swift keeps; code without them ends the walk or skips callers, and nothing outside
// this thread's stack is ever read.
static __attribute__((noinline)) void record_site(struct slot *s, uintptr_t frame) {
    uint32_t index = s->site_count;
    heap_site *site = &s->sites[index];
    memset(site, 0, sizeof *site);
    for (int i = 0; i < HEAP_FRAMES; i++) {
        if (frame % sizeof(uintptr_t) != 0 || frame < s->stack_low || frame + 16 > s->stack_high) break;
        site->frames[i] = ((uintptr_t *)frame)[1] - (uintptr_t)__executable_start;
        uintptr_t next = ((uintptr_t *)frame)[0];
        if (next <= frame) break;
        frame = next;
    }
    __atomic_store_n(&s->site_count, index + 1, __ATOMIC_RELEASE);
}

#define COUNT(field)                                                                                                      \
    do {                                                                                                                  \
        struct slot *watched = mine;                                                                                      \
        if (__builtin_expect(watched != NULL, 0)) {                                                                       \
            add(&watched->counts.field);                                                                                  \
            if (watched->site_count < HEAP_SITES) record_site(watched, (uintptr_t)__builtin_frame_address(0));            \
        }                                                                                                                 \
    } while (0)

// ---- the heap ----

#ifdef COUNTS_HEAP
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

void *malloc(size_t bytes) {
    COUNT(allocations);
    return __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes) {
    COUNT(allocations);
    return __libc_calloc(count, bytes);
}

void *realloc(void *old, size_t bytes) {
    COUNT(allocations);
    return __libc_realloc(old, bytes);
}

void *reallocarray(void *old, size_t count, size_t bytes) {
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    COUNT(allocations);
    return __libc_realloc(old, total);
}

void *memalign(size_t alignment, size_t bytes) {
    COUNT(allocations);
    return __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
    COUNT(allocations);
    return __libc_memalign(alignment, bytes);
}

int posix_memalign(void **out, size_t alignment, size_t bytes) {
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    COUNT(allocations);
    int before = errno;
    void *made = __libc_memalign(alignment, bytes);
    errno = before;
    if (!made) return ENOMEM;
    *out = made;
    return 0;
}

void free(void *old) {
    if (!old) return;
    COUNT(frees);
    __libc_free(old);
}
#endif

// ---- reference counts: the linker sends calls of `f` to `__wrap_f`, and calls of `__real_f` to the runtime ----

#define WRAP_RETURNING(name, field)                                                                                       \
    extern void *__real_##name(void *);                                                                                   \
    void *__wrap_##name(void *object) {                                                                                   \
        COUNT(field);                                                                                                     \
        return __real_##name(object);                                                                                     \
    }
#define WRAP(name, field)                                                                                                 \
    extern void __real_##name(void *);                                                                                    \
    void __wrap_##name(void *object) {                                                                                    \
        COUNT(field);                                                                                                     \
        __real_##name(object);                                                                                            \
    }

WRAP_RETURNING(swift_retain, retains)
WRAP_RETURNING(swift_bridgeObjectRetain, retains)
WRAP(swift_release, releases)
WRAP(swift_bridgeObjectRelease, releases)
