#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static int result(int status) { return status == 0 ? 0 : errno; }

static int64_t read_clock(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t platform_monotonic_ns(void) { return read_clock(CLOCK_MONOTONIC); }
int64_t platform_realtime_ns(void) { return read_clock(CLOCK_REALTIME); }

int platform_clock_discipline(int32_t *synchronised, int64_t *offset_ns, int64_t *max_error_us) {
    struct timex state = {0};
    if (adjtimex(&state) < 0) return errno;
    *synchronised = !(state.status & STA_UNSYNC);
    *offset_ns = (int64_t)state.offset * (state.status & STA_NANO ? 1 : 1000);
    *max_error_us = state.maxerror;
    return 0;
}

// ---- the calling thread ----

int platform_pin_other_thread(int32_t thread, int core) {
    if (core < 0 || core >= CPU_SETSIZE) return EINVAL;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    return result(sched_setaffinity(thread, sizeof set, &set));
}

int platform_pin_thread(int core) { return platform_pin_other_thread(0, core); }

int platform_allowed_core_count(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

int platform_core_allowed(int core) {
    cpu_set_t set;
    if (core < 0 || core >= CPU_SETSIZE || sched_getaffinity(0, sizeof set, &set) != 0) return 0;
    return CPU_ISSET(core, &set) ? 1 : 0;
}

int platform_core_count(void) { return (int)sysconf(_SC_NPROCESSORS_ONLN); }
int platform_current_core(void) { return sched_getcpu(); }
void platform_yield(void) { sched_yield(); }

int platform_name_thread(const char *name) {
    char cut[16];
    snprintf(cut, sizeof cut, "%s", name);
    return pthread_setname_np(pthread_self(), cut);
}

static int64_t span_ns(struct timeval t) { return (int64_t)t.tv_sec * 1000000000 + (int64_t)t.tv_usec * 1000; }

int platform_get_thread_usage(platform_thread_usage *out) {
    struct rusage usage;
    if (getrusage(RUSAGE_THREAD, &usage) != 0) return errno;
    out->minor_faults = usage.ru_minflt;
    out->major_faults = usage.ru_majflt;
    out->voluntary_switches = usage.ru_nvcsw;
    out->involuntary_switches = usage.ru_nivcsw;
    out->user_ns = span_ns(usage.ru_utime);
    out->system_ns = span_ns(usage.ru_stime);
    return 0;
}

// ---- sleeping until woken ----

int platform_futex_wait(const uint32_t *word, uint32_t expected, int64_t timeout_ns) {
    struct timespec t = {.tv_sec = timeout_ns / 1000000000, .tv_nsec = timeout_ns % 1000000000};
    return result((int)syscall(SYS_futex, word, FUTEX_WAIT, expected, &t, NULL, 0));
}

int platform_futex_wake(const uint32_t *word, int count) {
    int woken = (int)syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
    return woken < 0 ? -errno : woken;
}

// ---- memory ----

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

int platform_prefault(void *base, size_t byte_count) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = (uintptr_t)base & ~(page - 1);
    uintptr_t end = (uintptr_t)base + byte_count;
    if (madvise((void *)first, end - first, MADV_POPULATE_WRITE) == 0) return 0;
    if (errno != EINVAL) return errno;
    // Kernels before 5.14: write each page without changing it, even while another thread uses it.
    for (uintptr_t at = (uintptr_t)base; at < end; at = (at & ~(page - 1)) + page)
        __atomic_fetch_or((uint8_t *)at, 0, __ATOMIC_RELAXED);
    return 0;
}

int platform_lock_memory(void *base, size_t byte_count) { return result(mlock(base, byte_count)); }
int64_t platform_memory_lock_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 0;
    return limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > INT64_MAX ? -1 : (int64_t)limit.rlim_cur;
}

// CAP_IPC_LOCK, of the effective set.
static int may_lock_anything(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {0};
    if (syscall(SYS_capget, &header, data) != 0) return 0;
    return (data[0].effective >> CAP_IPC_LOCK) & 1;
}

int platform_lock_all_memory(void) {
    // Under a limit, memory that is locked as it comes would one day be refused: then only what is there is locked.
    int is_free = platform_memory_lock_limit() < 0 || may_lock_anything();
    return result(mlockall(is_free ? MCL_CURRENT | MCL_FUTURE : MCL_CURRENT));
}

void platform_keep_heap(size_t byte_count) {
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc takes; it refuses more and keeps its 128 KiB
    mallopt(M_TOP_PAD, (int)(byte_count < INT_MAX ? byte_count : INT_MAX));
    free(malloc(1)); // the heap takes its first step now
}

int platform_set_thread_nice(int32_t thread, int nice) {
    return setpriority(PRIO_PROCESS, (id_t)thread, nice) == 0 ? 0 : errno;
}

static int map_descriptor(int fd, size_t byte_count, int how, platform_mapping *out) {
    struct stat info;
    if (fstat(fd, &info) != 0) return errno;
    if (!S_ISREG(info.st_mode)) return EINVAL;
    if (info.st_uid != geteuid()) return EPERM;
    size_t size = (size_t)info.st_size;
    if (byte_count == 0) byte_count = size;
    if (byte_count == 0) return EINVAL;
    if (size < byte_count) {
        if (how == PLATFORM_MAP_OPEN) return EFBIG;
        // Taking the space now turns a full disk into an error here, instead of a SIGBUS at a later store.
        int status = posix_fallocate(fd, 0, (off_t)byte_count);
        if (status != 0) return status;
    }
    void *base = mmap(NULL, byte_count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (base == MAP_FAILED) return errno;
    out->base = base;
    out->byte_count = byte_count;
    out->created = size == 0;
    return 0;
}

int platform_map_shared(const char *path, size_t byte_count, int how, platform_mapping *out) {
    int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    if (how != PLATFORM_MAP_OPEN) flags |= O_CREAT;
    if (how == PLATFORM_MAP_CREATE_NEW) flags |= O_EXCL;
    int fd = open(path, flags, 0600);
    if (fd < 0) return errno;
    int status = map_descriptor(fd, byte_count, how, out);
    close(fd);
    return status;
}

int platform_unmap(void *base, size_t byte_count) { return result(munmap(base, byte_count)); }
int platform_sync_mapping(void *base, size_t byte_count) { return result(msync(base, byte_count, MS_SYNC)); }

int32_t platform_thread_id(void) { return (int32_t)syscall(SYS_gettid); }

// ---- waiting for descriptors ----

static int made(int descriptor) { return descriptor >= 0 ? descriptor : -errno; }

int platform_watch_create(void) { return made(epoll_create1(EPOLL_CLOEXEC)); }

int platform_watch_add(int set, int descriptor) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = descriptor};
    return result(epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event));
}

int platform_watch_wait(int set, int32_t *ready, int capacity, int timeout_ms) {
    struct epoll_event events[16];
    int count = epoll_wait(set, events, capacity < 16 ? capacity : 16, timeout_ms);
    if (count < 0) return -errno;
    for (int i = 0; i < count; i++) ready[i] = events[i].data.fd;
    return count;
}

int platform_bell_create(void) { return made(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

void platform_bell_ring(int bell) {
    uint64_t one = 1;
    ssize_t written = write(bell, &one, sizeof one);
    (void)written;  // a bell that cannot take more is rung already
}

int platform_bell_clear(int bell) {
    uint64_t count;
    return read(bell, &count, sizeof count) == sizeof count;
}

int platform_wait_readable(int descriptor, int64_t timeout_ns) {
    struct pollfd entry = {.fd = descriptor, .events = POLLIN};
    struct timespec bound = {timeout_ns / 1000000000, timeout_ns % 1000000000};
    return ppoll(&entry, 1, &bound, NULL) > 0;
}

// ---- the process ----

int platform_disable_core_dumps(void) {
    struct rlimit none = {0, 0};
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
    return result(setrlimit(RLIMIT_CORE, &none));
}

int32_t platform_process_id(void) { return (int32_t)getpid(); }
int platform_kill(int32_t process, int signal) { return result(kill((pid_t)process, signal)); }

int platform_set_parent_death_signal(int signal, int32_t parent) {
    if (prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) != 0) return errno;
    // The parent may have died before the call; then no signal will ever come.
    return getppid() == (pid_t)parent ? 0 : ESRCH;
}

int platform_peer_credentials(int descriptor, platform_peer *out) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return errno;
    out->process = peer.pid;
    out->user = peer.uid;
    out->group = peer.gid;
    return 0;
}
