// What the engine needs from the processor and from Linux, and Swift cannot say itself.
//
// Every call that can fail returns 0 or a positive errno value; nothing here keeps state except the CRC-32C tables,
// which are filled before main. Includes nothing but <stdint.h> and <stddef.h>: system headers under _GNU_SOURCE would
// change the types other modules see.
#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <stddef.h>
#include <stdint.h>

// Marks a C function as allowed on the hot path (a promise: it takes no lock and never allocates).
#if defined(__clang__)
#define PLATFORM_HOT __attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))
#else
#define PLATFORM_HOT
#endif
#define PLATFORM_INLINE static inline __attribute__((always_inline)) PLATFORM_HOT

// ---- processor ----

/// Reads the processor's time-stamp counter. About 10 ns; comparable across cores where the counter is invariant.
PLATFORM_INLINE uint64_t platform_rdtsc(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t value;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(value));
    return value;
#else
#error "no time-stamp counter known for this processor"
#endif
}

/// Asks for a cache line that will be written soon. Never waits, never faults.
PLATFORM_INLINE void platform_prefetch_write(const void *_Nonnull address) {
#if defined(__x86_64__)
    __asm__ volatile("prefetchw %0" : : "m"(*(const char *)address));
#else
    __builtin_prefetch(address, 1, 3);
#endif
}

/// Tells the processor that this is a spin loop.
PLATFORM_INLINE void platform_cpu_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

// ---- time ----

/// CLOCK_MONOTONIC in nanoseconds. About 23 ns, no system call on common machines.
int64_t platform_monotonic_ns(void) PLATFORM_HOT;
/// CLOCK_REALTIME in nanoseconds since 1970. About 23 ns.
int64_t platform_realtime_ns(void) PLATFORM_HOT;

/// What the kernel says of the wall clock's discipline (adjtimex, asked without changing anything): whether it is
/// synchronised, the correction still to be made, and the bound on the error. 0, or an errno.
int platform_clock_discipline(int32_t *_Nonnull synchronised, int64_t *_Nonnull offset_ns, int64_t *_Nonnull max_error_us);

// ---- the calling thread ----

/// Restricts the calling thread to one core.
int platform_pin_thread(int core);
/// Restricts a thread of this process, named by its kernel id, to one core.
int platform_pin_other_thread(int32_t thread, int core);
/// Number of cores the calling thread may run on.
int platform_allowed_core_count(void);
/// Whether the calling thread may run on this core.
int platform_core_allowed(int core);
/// Number of cores the system has on line.
int platform_core_count(void);
/// The core this thread runs on at this moment, or -1.
int platform_current_core(void) PLATFORM_HOT;
/// The kernel's id of the calling thread.
int32_t platform_thread_id(void);
/// Names the calling thread (cut to 15 bytes).
int platform_name_thread(const char *_Nonnull name);
/// Gives the core to another runnable thread.
void platform_yield(void) PLATFORM_HOT;

/// What the kernel counted for the calling thread.
typedef struct platform_thread_usage {
    int64_t minor_faults;
    int64_t major_faults;
    int64_t voluntary_switches;
    int64_t involuntary_switches;
    int64_t user_ns;
    int64_t system_ns;
} platform_thread_usage;
int platform_get_thread_usage(platform_thread_usage *_Nonnull out);

// ---- sleeping until woken ----

/// Sleeps while `*word == expected`, at most `timeout_ns`. Returns 0 when woken, EAGAIN when the word had changed,
/// ETIMEDOUT, or EINTR. Works between processes on shared memory.
int platform_futex_wait(const uint32_t *_Nonnull word, uint32_t expected, int64_t timeout_ns) PLATFORM_HOT;
/// Wakes up to `count` sleepers. Returns how many were woken, or a negative errno.
int platform_futex_wake(const uint32_t *_Nonnull word, int count) PLATFORM_HOT;

// ---- waiting for descriptors ----

/// A set of descriptors to wait for, closed on exec; or a negative errno.
int platform_watch_create(void);
/// Adds a descriptor: `platform_watch_wait` tells it once each time something comes in or its other end goes, and at once
/// when something is there already. Closing the descriptor takes it out. 0, or an errno.
int platform_watch_add(int set, int descriptor);
/// Waits, at most so many milliseconds; how many of `capacity` descriptors were written to `ready` (0: the time is over), or
/// a negative errno.
int platform_watch_wait(int set, int32_t *_Nonnull ready, int capacity, int timeout_ms);
/// A descriptor that any thread may ring and one waits for, never blocking; or a negative errno.
int platform_bell_create(void);
void platform_bell_ring(int bell);
/// Takes what was rung away. 1 when it was.
int platform_bell_clear(int bell);
/// Waits until a descriptor is readable, at most `timeout_ns`. 1 when it is.
int platform_wait_readable(int descriptor, int64_t timeout_ns);

// ---- memory ----

/// Makes every page of the range present and writable now, so that no page fault comes later.
int platform_prefault(void *_Nonnull base, size_t byte_count);
/// Keeps the range in memory.
int platform_lock_memory(void *_Nonnull base, size_t byte_count);
/// Keeps all present pages of this process in memory, and all that come where no limit stands against it. ENOMEM or EPERM
/// where RLIMIT_MEMLOCK is too low.
int platform_lock_all_memory(void);
/// RLIMIT_MEMLOCK in bytes; -1 for no limit.
int64_t platform_memory_lock_limit(void);
/// The C library's heap grows in steps of so many bytes, is one for all threads, and gives nothing back, so that the
/// process's size stands still once it has what it needs.
void platform_keep_heap(size_t byte_count);
/// Priority of a thread of this process among ordinary ones: -20 first, 19 last. Below its present one needs no right.
int platform_set_thread_nice(int32_t thread, int nice);

enum {
    PLATFORM_MAP_OPEN = 0,           // the file must exist
    PLATFORM_MAP_CREATE = 1,         // opened, or made when absent
    PLATFORM_MAP_CREATE_NEW = 2,     // must not exist
};
typedef struct platform_mapping {
    void *_Nullable base;
    size_t byte_count;
    int32_t created;
} platform_mapping;

/// Maps a file, shared and writable. Made with mode 0600 and with its disk space taken; a symbolic link, a file that is
/// not a plain file (EINVAL), or one of another user (EPERM) is refused. `byte_count` 0 means the size the file has.
/// With PLATFORM_MAP_OPEN a file smaller than `byte_count` is refused with EFBIG.
int platform_map_shared(const char *_Nonnull path, size_t byte_count, int how, platform_mapping *_Nonnull out);
int platform_unmap(void *_Nonnull base, size_t byte_count);
/// Writes a mapped range through to its file and waits for it.
int platform_sync_mapping(void *_Nonnull base, size_t byte_count);

// ---- checksums ----

/// CRC-32C (Castagnoli) of the bytes, continuing from `seed` (0 to begin). Uses the processor's instruction where it has one.
uint32_t platform_crc32c(uint32_t seed, const void *_Nullable bytes, size_t byte_count) PLATFORM_HOT;
/// The table-driven form; equal results, every processor.
uint32_t platform_crc32c_software(uint32_t seed, const void *_Nullable bytes, size_t byte_count) PLATFORM_HOT;
/// Whether `platform_crc32c` uses the processor's instruction.
int platform_crc32c_is_hardware(void);

// ---- the process ----

/// No core dump and no tracing by others: the memory holds keys.
int platform_disable_core_dumps(void);
int32_t platform_process_id(void);
/// Sends a signal; `signal` 0 asks whether the process exists (ESRCH when not).
int platform_kill(int32_t process, int signal);
/// Sends this process `signal` when its parent thread dies. ESRCH when the parent is already another than `parent`.
int platform_set_parent_death_signal(int signal, int32_t parent);

/// Who is at the other end of a connected Unix socket.
typedef struct platform_peer {
    int32_t process;
    uint32_t user;
    uint32_t group;
} platform_peer;
int platform_peer_credentials(int descriptor, platform_peer *_Nonnull out);

#endif
