#define _GNU_SOURCE
#include "CBench.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#if defined(__x86_64__)
static inline uint64_t ticks(void) { return __builtin_ia32_rdtsc(); }
#else
static inline uint64_t ticks(void) {
    uint64_t value;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(value));
    return value;
}
#endif

enum { SLOTS = 1024 };

typedef struct message { uint64_t words[8]; } message;

// The layout and the handles of Sources/Base/Rings: indices 128 bytes apart, own and last seen index in the handle.
typedef struct ring {
    _Alignas(128) _Atomic uint64_t tail;
    _Alignas(128) _Atomic uint64_t head;
    _Alignas(128) message slots[SLOTS];
} ring;
_Static_assert(sizeof(ring) == bench_ring_bytes, "a ring's memory");
typedef struct producer { ring *r; uint64_t tail, seen; } producer;
typedef struct consumer { ring *r; uint64_t head, seen; } consumer;

static inline int push(producer *p, const message *m) {
    if (p->tail - p->seen >= SLOTS) {
        p->seen = atomic_load_explicit(&p->r->head, memory_order_acquire);
        if (p->tail - p->seen >= SLOTS) return 0;
    }
    p->r->slots[p->tail & (SLOTS - 1)] = *m;
    p->tail++;
    atomic_store_explicit(&p->r->tail, p->tail, memory_order_release);
    return 1;
}

static inline int pop(consumer *c, message *m) {
    if (c->head == c->seen) {
        c->seen = atomic_load_explicit(&c->r->tail, memory_order_acquire);
        if (c->head == c->seen) return 0;
    }
    *m = c->r->slots[c->head & (SLOTS - 1)];
    c->head++;
    atomic_store_explicit(&c->r->head, c->head, memory_order_release);
    return 1;
}

static void pin(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static cpu_set_t noted_cores;
static int has_noted_cores;

void bench_note_cores(void) {
    if (!has_noted_cores) has_noted_cores = sched_getaffinity(0, sizeof noted_cores, &noted_cores) == 0;
}

void bench_take_cores_back(void) {
    if (has_noted_cores) sched_setaffinity(0, sizeof noted_cores, &noted_cores);
}

int bench_take_priority(int on) {
    struct sched_param p = {.sched_priority = on ? 1 : 0};
    return sched_setscheduler(0, on ? SCHED_FIFO : SCHED_OTHER, &p) == 0 ? 0 : errno;
}

int64_t bench_involuntary_switches(void) {
    struct rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) ? -1 : usage.ru_nivcsw;
}

// Threads made by a thread with priority have it too.
typedef struct task {
    ring *there, *back;
    uint64_t count;
    int core;
    _Atomic int ready;
} task;

static void *swallow(void *argument) {
    task *t = argument;
    pin(t->core);
    consumer c = {.r = t->there};
    message m;
    uint64_t sum = 0;
    atomic_store(&t->ready, 1);
    for (uint64_t i = 0; i < t->count;) {
        if (pop(&c, &m)) { sum += m.words[0]; i++; }
    }
    t->count = sum;
    return NULL;
}

static void *echo(void *argument) {
    task *t = argument;
    pin(t->core);
    consumer c = {.r = t->there};
    producer p = {.r = t->back};
    message m;
    atomic_store(&t->ready, 1);
    for (uint64_t i = 0; i < t->count;) {
        if (pop(&c, &m)) { while (!push(&p, &m)) {} i++; }
    }
    return NULL;
}

static void *bounce(void *argument) {
    task *t = argument;
    pin(t->core);
    atomic_store(&t->ready, 1);
    for (uint64_t i = 1; i <= t->count; i++) {
        while (atomic_load_explicit(&t->there->tail, memory_order_acquire) != 2 * i - 1) {}
        atomic_store_explicit(&t->back->tail, 2 * i, memory_order_release);
    }
    return NULL;
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void start(task *t, pthread_t *thread, void *(*body)(void *), int core) {
    for (ring *r = t->there; r; r = r == t->there && t->back != t->there ? t->back : NULL) {
        atomic_store(&r->tail, 0);
        atomic_store(&r->head, 0);
    }
    pin(core);
    if (pthread_create(thread, NULL, body, t) != 0) abort();
    while (!atomic_load(&t->ready)) sched_yield();
}

double bench_c_ring_throughput(int core, int peer_core, void *there, uint64_t count) {
    pthread_t thread;
    task t = {.there = there, .count = count, .core = peer_core};
    start(&t, &thread, swallow, core);
    producer p = {.r = there};
    message m = {{0}};
    double began = seconds();
    for (uint64_t i = 0; i < count;) {
        m.words[0] = i;
        if (push(&p, &m)) i++;
    }
    pthread_join(thread, NULL);
    return (seconds() - began) * 1e9 / (double)count;
}

void bench_c_ring_round_trips(int core, int peer_core, void *there, void *back, uint64_t *out, size_t count) {
    pthread_t thread;
    task t = {.there = there, .back = back, .count = count, .core = peer_core};
    start(&t, &thread, echo, core);
    producer p = {.r = there};
    consumer c = {.r = back};
    message m = {{0}};
    for (size_t i = 0; i < count; i++) {
        uint64_t began = ticks();
        m.words[0] = i;
        push(&p, &m);
        while (!pop(&c, &m)) {}
        out[i] = ticks() - began;
    }
    pthread_join(thread, NULL);
}

void bench_cache_line_round_trips(int core, int peer_core, void *there, void *back, uint64_t *out, size_t count) {
    pthread_t thread;
    task t = {.there = there, .back = back, .count = count, .core = peer_core};
    start(&t, &thread, bounce, core);
    for (size_t i = 1; i <= count; i++) {
        uint64_t began = ticks();
        atomic_store_explicit(&t.there->tail, 2 * i - 1, memory_order_release);
        while (atomic_load_explicit(&t.back->tail, memory_order_acquire) != 2 * i) {}
        out[i - 1] = ticks() - began;
    }
    pthread_join(thread, NULL);
}
