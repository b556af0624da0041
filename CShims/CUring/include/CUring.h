// io_uring for one owning thread: a ring, one provided-buffer ring, and the few operations a link needs.
// Public header: <stdint.h> and <stddef.h> only, so that liburing's feature macros never reach the Swift importer.
#ifndef NEEDLETAIL_CURING_H
#define NEEDLETAIL_CURING_H
#include <stddef.h>
#include <stdint.h>

typedef struct cu_ring cu_ring;

typedef struct cu_completion {
    uint64_t user_data;
    int32_t result;
    uint32_t flags;
} cu_completion;

// The processor's time-stamp counter, about 10 ns.
static inline __attribute__((always_inline)) uint64_t cu_ticks(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    uint64_t value;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(value));
    return value;
#endif
}

enum { CU_FLAG_BUFFER = 1, CU_FLAG_MORE = 2, CU_BUFFER_SHIFT = 16 };

// 0, or a negative errno: -ENOSYS (no io_uring), -EPERM (sysctl or seccomp), -EINVAL (kernel before 6.1), -ENOMEM.
int cu_ring_create(cu_ring **out, uint32_t entries, uint32_t completion_entries, uint32_t buffer_count, uint32_t buffer_bytes);
void cu_ring_destroy(cu_ring *ring);
// The kernel's IORING_FEAT_ bits and the number of operations it knows. 0, or a negative errno.
int cu_features(uint32_t *bits, uint32_t *operations);

// Queue one operation. 0, or -EBUSY when the submission queue is full even after a submit.
int cu_socket(cu_ring *ring, int is_ipv6, uint64_t user_data);   // a socket as cu_tcp_socket makes it, less TCP_NODELAY
int cu_no_delay(cu_ring *ring, int fd, uint64_t user_data);      // TCP_NODELAY; kernels before 6.7 refuse it
int cu_connect(cu_ring *ring, int fd, const void *address, uint32_t address_bytes, uint64_t user_data);
int cu_receive_multishot(cu_ring *ring, int fd, uint64_t user_data);
int cu_send(cu_ring *ring, int fd, const void *bytes, size_t count, uint64_t user_data);
int cu_close(cu_ring *ring, int fd, uint64_t user_data);
int cu_cancel_fd(cu_ring *ring, int fd, uint64_t user_data);
int cu_cancel(cu_ring *ring, uint64_t target_user_data, uint64_t user_data);
int cu_timeout(cu_ring *ring, uint64_t nanoseconds, uint64_t user_data);

int cu_submit(cu_ring *ring);                       // submit what is queued; count or -errno
int cu_get_events(cu_ring *ring);                   // run deferred task work without waiting
int cu_wait(cu_ring *ring, uint64_t nanoseconds);   // submit, then wait for one completion or the time
int cu_peek(cu_ring *ring, cu_completion *out);     // 1 and consumes one completion, or 0

const uint8_t *cu_buffer(const cu_ring *ring, uint16_t id);
void cu_buffer_recycle(cu_ring *ring, uint16_t id);

// Sockets (cold). Addresses are filled as a sockaddr of at most 28 bytes.
int cu_tcp_socket(int is_ipv6);                     // non-blocking, close-on-exec, TCP_NODELAY; fd or -errno
void cu_no_delay_now(int fd);
int cu_shutdown(int fd);
int cu_close_now(int fd);
int cu_address_parse(const char *ip, uint16_t port, uint8_t out[28], uint32_t *out_bytes, int *is_ipv6);
int cu_address_resolve(const char *host, uint16_t port, uint8_t out[28], uint32_t *out_bytes, int *is_ipv6);
const char *cu_error_text(int error);
int64_t cu_clock_ns(void);                          // CLOCK_MONOTONIC
int cu_sysctl_disabled(void);                       // kernel.io_uring_disabled: 0, 1, 2, or -1 unknown
uint64_t cu_entropy(void);                          // 64 bits from the kernel
#endif
