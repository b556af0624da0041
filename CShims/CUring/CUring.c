#define _GNU_SOURCE
#include "CUring.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct cu_ring {
    struct io_uring ring;
    struct io_uring_buf_ring *buffers;
    size_t buffer_ring_bytes;
    uint8_t *memory;
    uint32_t buffer_count, buffer_bytes;
};

enum { GROUP = 1 };

static void recycle(cu_ring *r, uint16_t id) {
    io_uring_buf_ring_add(r->buffers, r->memory + (size_t)id * r->buffer_bytes, r->buffer_bytes, id,
                          io_uring_buf_ring_mask(r->buffer_count), 0);
    io_uring_buf_ring_advance(r->buffers, 1);
}

int cu_features(uint32_t *bits, uint32_t *operations) {
    struct io_uring ring;
    struct io_uring_params p = {0};
    int e = io_uring_queue_init_params(2, &ring, &p);
    if (e < 0) return e;
    *bits = p.features;
    *operations = 0;
    struct io_uring_probe *probe = io_uring_get_probe_ring(&ring);
    if (probe) {
        *operations = (uint32_t)probe->last_op + 1;
        io_uring_free_probe(probe);
    }
    io_uring_queue_exit(&ring);
    return 0;
}

int cu_ring_create(cu_ring **out, uint32_t entries, uint32_t completion_entries, uint32_t buffer_count,
                   uint32_t buffer_bytes) {
    if (buffer_count == 0 || buffer_count > 32768 || (buffer_count & (buffer_count - 1))) return -EINVAL;
    cu_ring *r = calloc(1, sizeof *r);
    if (!r) return -ENOMEM;
    struct io_uring_params p = {0};
    p.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE;
    p.cq_entries = completion_entries;
    int e = io_uring_queue_init_params(entries, &r->ring, &p);
    if (e < 0) { free(r); return e; }
    (void)io_uring_register_ring_fd(&r->ring); // an optimisation: refusal is harmless
    r->buffer_count = buffer_count;
    r->buffer_bytes = buffer_bytes;
    r->buffer_ring_bytes = (size_t)buffer_count * sizeof(struct io_uring_buf);
    void *ring_memory = NULL, *memory = NULL;
    if (posix_memalign(&ring_memory, 4096, r->buffer_ring_bytes) ||
        posix_memalign(&memory, 4096, (size_t)buffer_count * buffer_bytes)) {
        free(ring_memory); io_uring_queue_exit(&r->ring); free(r); return -ENOMEM;
    }
    memset(ring_memory, 0, r->buffer_ring_bytes);
    memset(memory, 0, (size_t)buffer_count * buffer_bytes); // prefault
    r->buffers = ring_memory;
    r->memory = memory;
    struct io_uring_buf_reg reg = {.ring_addr = (uintptr_t)ring_memory, .ring_entries = buffer_count, .bgid = GROUP};
    e = io_uring_register_buf_ring(&r->ring, &reg, 0);
    if (e < 0) { io_uring_queue_exit(&r->ring); free(ring_memory); free(memory); free(r); return e; }
    io_uring_buf_ring_init(r->buffers);
    for (uint32_t i = 0; i < buffer_count; i++) recycle(r, (uint16_t)i);
    *out = r;
    return 0;
}

void cu_ring_destroy(cu_ring *r) {
    if (!r) return;
    io_uring_queue_exit(&r->ring);
    free(r->buffers);
    free(r->memory);
    free(r);
}

static struct io_uring_sqe *next_sqe(cu_ring *r) {
    struct io_uring_sqe *s = io_uring_get_sqe(&r->ring);
    if (s) return s;
    io_uring_submit(&r->ring);
    return io_uring_get_sqe(&r->ring);
}

int cu_connect(cu_ring *r, int fd, const void *address, uint32_t bytes, uint64_t user_data) {
    struct io_uring_sqe *s = next_sqe(r);
    if (!s) return -EBUSY;
    io_uring_prep_connect(s, fd, address, bytes);
    s->user_data = user_data;
    return 0;
}

// Operations and a command that liburing 2.3 has no name for, by the kernel's numbers.
enum { OP_URING_CMD = 46, COMMAND_SETSOCKOPT = 3 };

int cu_socket(cu_ring *r, int is_ipv6, uint64_t user_data) {
    struct io_uring_sqe *s = next_sqe(r);
    if (!s) return -EBUSY;
    io_uring_prep_socket(s, is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP, 0);
    s->user_data = user_data;
    return 0;
}

int cu_no_delay(cu_ring *r, int fd, uint64_t user_data) {
    static const int one = 1;
    struct io_uring_sqe *s = next_sqe(r);
    if (!s) return -EBUSY;
    io_uring_prep_rw(OP_URING_CMD, s, fd, NULL, 0, COMMAND_SETSOCKOPT);
    s->addr = (uint64_t)IPPROTO_TCP | (uint64_t)TCP_NODELAY << 32; // level and name
    s->splice_fd_in = sizeof one;                                   // length of the value
    s->addr3 = (uintptr_t)&one;
    s->user_data = user_data;
    return 0;
}

int cu_receive_multishot(cu_ring *r, int fd, uint64_t user_data) {
    struct io_uring_sqe *s = next_sqe(r);
    if (!s) return -EBUSY;
    io_uring_prep_recv_multishot(s, fd, NULL, 0, 0);
    s->flags |= IOSQE_BUFFER_SELECT;
    s->buf_group = GROUP;
    s->user_data = user_data;
    return 0;
}

int cu_send(cu_ring *r, int fd, const void *bytes, size_t count, uint64_t user_data) {
    struct io_uring_sqe *s = next_sqe(r);
    if (!s) return -EBUSY;
    io_uring_prep_send(s, fd, bytes, count, MSG_NOSIGNAL);
    s->user_data = user_data;
    return 0;
}

int cu_close(cu_ring *r, int fd, uint64_t user_data) {
    struct io_uring_sqe *s = next_sqe(r);
    if (!s) return -EBUSY;
    io_uring_prep_close(s, fd);
    s->user_data = user_data;
    return 0;
}

int cu_cancel_fd(cu_ring *r, int fd, uint64_t user_data) {
    struct io_uring_sqe *s = next_sqe(r);
    if (!s) return -EBUSY;
    io_uring_prep_cancel_fd(s, fd, IORING_ASYNC_CANCEL_ALL);
    s->user_data = user_data;
    return 0;
}

int cu_cancel(cu_ring *r, uint64_t target, uint64_t user_data) {
    struct io_uring_sqe *s = next_sqe(r);
    if (!s) return -EBUSY;
    io_uring_prep_cancel64(s, target, 0);
    s->user_data = user_data;
    return 0;
}

int cu_timeout(cu_ring *r, uint64_t ns, uint64_t user_data) {
    struct io_uring_sqe *s = next_sqe(r);
    if (!s) return -EBUSY;
    struct __kernel_timespec t = {.tv_sec = (int64_t)(ns / 1000000000ull), .tv_nsec = (int64_t)(ns % 1000000000ull)};
    io_uring_prep_timeout(s, &t, 0, 0);
    s->user_data = user_data;
    return io_uring_submit(&r->ring) < 0 ? -EBUSY : 0; // the timespec is read at submission
}

int cu_submit(cu_ring *r) { return io_uring_submit(&r->ring); }
int cu_get_events(cu_ring *r) { return io_uring_get_events(&r->ring); }

int cu_wait(cu_ring *r, uint64_t ns) {
    struct __kernel_timespec t = {.tv_sec = (int64_t)(ns / 1000000000ull), .tv_nsec = (int64_t)(ns % 1000000000ull)};
    struct io_uring_cqe *c = NULL;
    return io_uring_submit_and_wait_timeout(&r->ring, &c, 1, &t, NULL);
}

int cu_peek(cu_ring *r, cu_completion *out) {
    struct io_uring_cqe *c = NULL;
    unsigned head;
    io_uring_for_each_cqe(&r->ring, head, c) {
        out->user_data = c->user_data;
        out->result = c->res;
        out->flags = c->flags;
        io_uring_cq_advance(&r->ring, 1);
        return 1;
    }
    return 0;
}

const uint8_t *cu_buffer(const cu_ring *r, uint16_t id) { return r->memory + (size_t)id * r->buffer_bytes; }
void cu_buffer_recycle(cu_ring *r, uint16_t id) { recycle(r, id); }

int cu_tcp_socket(int is_ipv6) {
    int fd = socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    if (fd < 0) return -errno;
    cu_no_delay_now(fd);
    return fd;
}

void cu_no_delay_now(int fd) {
    int one = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

int cu_shutdown(int fd) { return shutdown(fd, SHUT_RDWR) ? -errno : 0; }
int cu_close_now(int fd) { return close(fd) ? -errno : 0; }

int cu_address_parse(const char *ip, uint16_t port, uint8_t out[28], uint32_t *out_bytes, int *is_ipv6) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (inet_pton(AF_INET, ip, &v4.sin_addr) == 1) {
        memcpy(out, &v4, sizeof v4); *out_bytes = sizeof v4; *is_ipv6 = 0;
        return 0;
    }
    if (inet_pton(AF_INET6, ip, &v6.sin6_addr) == 1) {
        memcpy(out, &v6, sizeof v6); *out_bytes = sizeof v6; *is_ipv6 = 1;
        return 0;
    }
    return -EINVAL;
}

int cu_address_resolve(const char *host, uint16_t port, uint8_t out[28], uint32_t *out_bytes, int *is_ipv6) {
    if (cu_address_parse(host, port, out, out_bytes, is_ipv6) == 0) return 0;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *list = NULL;
    if (getaddrinfo(host, NULL, &hints, &list) != 0) return -EHOSTUNREACH;
    int found = -EHOSTUNREACH;
    for (struct addrinfo *a = list; a && found; a = a->ai_next) {
        if (a->ai_family != AF_INET && a->ai_family != AF_INET6) continue;
        memcpy(out, a->ai_addr, a->ai_addrlen);
        *out_bytes = a->ai_addrlen;
        *is_ipv6 = a->ai_family == AF_INET6;
        uint16_t network_port = htons(port);
        memcpy(out + 2, &network_port, 2); // sin_port and sin6_port share the place
        found = 0;
    }
    freeaddrinfo(list);
    return found;
}

const char *cu_error_text(int error) { return strerror(error < 0 ? -error : error); }

int64_t cu_clock_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int cu_sysctl_disabled(void) {
    char c = 0;
    int fd = open("/proc/sys/kernel/io_uring_disabled", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t n = read(fd, &c, 1);
    close(fd);
    return n == 1 && c >= '0' && c <= '2' ? c - '0' : -1;
}

uint64_t cu_entropy(void) {
    uint64_t v = 0;
    uint8_t *p = (uint8_t *)&v;
    size_t got = 0;
    while (got < sizeof v) {
        ssize_t n = getrandom(p + got, sizeof v - got, 0);
        if (n > 0) got += (size_t)n;
        else if (errno != EINTR) abort();
    }
    return v;
}
