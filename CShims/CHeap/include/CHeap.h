// Counts what chosen threads do to the heap and to reference counts. Linking this target into a program replaces malloc
// and its relatives by wrappers of the C library's own, and swift_retain and its relatives by wrappers of the runtime's.
// A thread that is not watched pays one thread-local load and a branch a call, about a nanosecond.
//
// Under the address and thread sanitizers, which replace malloc themselves, and on another C library, only reference
// counts are seen; `heap_is_counted` says so.
#ifndef CHEAP_H
#define CHEAP_H

#include <stddef.h>
#include <stdint.h>

enum { HEAP_SLOTS = 16 };

typedef struct heap_counts {
    uint64_t allocations; // malloc, calloc, realloc, posix_memalign, aligned_alloc, memalign, reallocarray
    uint64_t frees;       // free of anything but NULL
    uint64_t retains;     // swift_retain, swift_bridgeObjectRetain and their kin, called from this program's code
    uint64_t releases;    // swift_release and its kin
} heap_counts;

/// Whether malloc and its relatives are counted in this build.
int heap_is_counted(void);
/// Counts the calling thread from now on, in a slot of its own, from zero. The slot's number, or -1 when all are taken.
int heap_watch_this_thread(void);
/// The calling thread is counted no longer; its slot keeps what it has until `heap_release_slot`.
void heap_unwatch_this_thread(void);
/// Makes a slot free for another thread.
void heap_release_slot(int slot);
/// What was counted so far; from any thread.
heap_counts heap_read(int slot);

/// Callers of one counted call, innermost first; zero beyond the last that could be found.
enum { HEAP_FRAMES = 10, HEAP_SITES = 16 };
typedef struct heap_site {
    uintptr_t frames[HEAP_FRAMES]; // code addresses less the address at which the program was loaded
} heap_site;
/// From now on the next HEAP_SITES heap calls of the slot's thread leave their callers. Any thread.
void heap_record_sites(int slot);
/// Recorded so far; `out` holds HEAP_SITES. Any thread, best after the watched one rests.
size_t heap_read_sites(int slot, heap_site *_Nonnull out);

// ---- system calls ----

/// Numbers that are counted one by one; higher ones count as the last.
enum { HEAP_SYSCALLS = 512 };
/// From now until its end each system call of the calling thread but io_uring_enter is counted in this slot (x86-64). For
/// tests: counted calls cost microseconds. 0, or an errno.
int heap_count_syscalls(int slot);
/// How often the thread of a slot made the system call of this number; from any thread.
uint64_t heap_read_syscalls(int slot, int number);
/// The kernel's id of the calling thread.
int32_t heap_thread_id(void);

#endif
