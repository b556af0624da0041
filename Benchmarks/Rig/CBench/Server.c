// The rig's venue: sends book tickers at a steady pace and takes the time until each is answered. Frames are encrypted
// before they are due and answers decrypted after they are read, so that between the two stamps there is only the
// kernel, the wire and the client.
#define _GNU_SOURCE
#include "CBench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { IN_BYTES = 1 << 16, WINDOW = 4096, SYMBOL_TEXT = 32 };

struct bench_server {
    SSL_CTX *context;
    int listener;
};

typedef struct rig {
    SSL *ssl;
    BIO *in, *out;
    int fd;
    uint8_t received[IN_BYTES];
    size_t have;
    int64_t bid[WINDOW]; // hundredths
    uint8_t is_buy[WINDOW];
    uint64_t seed;
    int64_t last_bid;
} rig;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int bench_server_open(bench_server **out, const char *certificate, const char *key, uint16_t *port, char *error,
                      size_t error_bytes) {
    signal(SIGPIPE, SIG_IGN);
    bench_server *s = calloc(1, sizeof *s);
    s->listener = -1;
    s->context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(s->context, TLS1_3_VERSION);
    if (SSL_CTX_use_certificate_chain_file(s->context, certificate) != 1 ||
        SSL_CTX_use_PrivateKey_file(s->context, key, SSL_FILETYPE_PEM) != 1) {
        ERR_error_string_n(ERR_get_error(), error, error_bytes);
        bench_server_close(s);
        return -1;
    }
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    if (bind(s->listener, (void *)&address, sizeof address) || listen(s->listener, 4) ||
        getsockname(s->listener, (void *)&address, &bytes)) {
        snprintf(error, error_bytes, "the rig cannot listen: %s", strerror(errno));
        bench_server_close(s);
        return -1;
    }
    *port = ntohs(address.sin_port);
    *out = s;
    return 0;
}

void bench_server_close(bench_server *s) {
    if (!s) return;
    if (s->listener >= 0) close(s->listener);
    SSL_CTX_free(s->context);
    free(s);
}

// ---- the connection ----

static int wait_for(int fd, int milliseconds) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, milliseconds) == 1 ? 0 : -1;
}

static int send_all(int fd, const uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t n = send(fd, bytes, count, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (n < 0) return -1;
        bytes += n;
        count -= (size_t)n;
    }
    return 0;
}

static int flush_out(rig *r) {
    uint8_t chunk[16384];
    int n;
    while ((n = BIO_read(r->out, chunk, sizeof chunk)) > 0)
        if (send_all(r->fd, chunk, (size_t)n)) return -1;
    return 0;
}

static int feed_in(rig *r) {
    uint8_t chunk[16384];
    if (wait_for(r->fd, 5000)) return -1;
    ssize_t n = recv(r->fd, chunk, sizeof chunk, 0);
    if (n <= 0) return -1;
    return BIO_write(r->in, chunk, (int)n) == n ? 0 : -1;
}

static int upgrade(rig *r) {
    char request[4096];
    size_t have = 0;
    while (have == 0 || !strstr(request, "\r\n\r\n")) {
        if (have >= sizeof request - 1) return -1;
        int n = SSL_read(r->ssl, request + have, (int)(sizeof request - 1 - have));
        if (n > 0) { have += (size_t)n; request[have] = 0; continue; }
        if (SSL_get_error(r->ssl, n) != SSL_ERROR_WANT_READ || feed_in(r)) return -1;
    }
    const char *key = strcasestr(request, "Sec-WebSocket-Key:");
    if (!key) return -1;
    key += 18;
    while (*key == ' ') key++;
    char joined[128];
    snprintf(joined, sizeof joined, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    uint8_t digest[20], accept[32];
    SHA1((const uint8_t *)joined, strlen(joined), digest);
    EVP_EncodeBlock(accept, digest, sizeof digest);
    char answer[256];
    int n = snprintf(answer, sizeof answer,
                     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
    return SSL_write(r->ssl, answer, n) == n && !flush_out(r) ? 0 : -1;
}

static int meet(bench_server *s, rig *r) {
    if (wait_for(s->listener, 20000)) return -1;
    r->fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
    if (r->fd < 0) return -1;
    int one = 1;
    setsockopt(r->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    r->ssl = SSL_new(s->context);
    r->in = BIO_new(BIO_s_mem());
    r->out = BIO_new(BIO_s_mem());
    SSL_set_bio(r->ssl, r->in, r->out);
    SSL_set_accept_state(r->ssl);
    for (;;) {
        int done = SSL_do_handshake(r->ssl);
        if (flush_out(r)) return -1;
        if (done == 1) break;
        if (SSL_get_error(r->ssl, done) != SSL_ERROR_WANT_READ || feed_in(r)) return -1;
    }
    if (upgrade(r)) return -1;
    fcntl(r->fd, F_SETFL, fcntl(r->fd, F_GETFL) | O_NONBLOCK);
    return 0;
}

// ---- ticks and answers ----

static size_t next_tick(rig *r, uint32_t index, uint8_t *cipher, size_t capacity) {
    r->seed ^= r->seed << 13;
    r->seed ^= r->seed >> 7;
    r->seed ^= r->seed << 17;
    int64_t before = r->last_bid, bid = before + (int64_t)(r->seed % 201) - 100;
    if (bid < 5000000) bid = 5000100;
    r->bid[index % WINDOW] = bid;
    r->is_buy[index % WINDOW] = index == 0 || bid >= before;
    r->last_bid = bid;
    char text[256], frame[260];
    int n = snprintf(text, sizeof text,
                     "{\"u\":%u,\"s\":\"BTCUSDT\",\"b\":\"%ld.%02ld000000\",\"B\":\"1.%08u\",\"a\":\"%ld.%02ld000000\","
                     "\"A\":\"2.%08u\"}",
                     index + 1, bid / 100, bid % 100, (uint32_t)(r->seed % 99999999 + 1), (bid + 1) / 100, (bid + 1) % 100,
                     (uint32_t)((r->seed >> 32) % 99999999 + 1));
    int head = n < 126 ? 2 : 4;
    frame[0] = (char)0x81;
    frame[1] = (char)(n < 126 ? n : 126);
    if (n >= 126) { frame[2] = (char)(n >> 8); frame[3] = (char)n; }
    memcpy(frame + head, text, (size_t)n);
    if (SSL_write(r->ssl, frame, head + n) != head + n) return 0;
    int got = BIO_read(r->out, cipher, (int)capacity);
    return got > 0 ? (size_t)got : 0;
}

// Whether the answer is one masked text frame that names the tick's bid and the side its move asks for.
static int is_right(rig *r, uint32_t index, int checks, bench_wire_result *result) {
    uint8_t plain[4096];
    int n = SSL_read(r->ssl, plain, sizeof plain - 1);
    if (n < 8 || plain[0] != 0x81 || !(plain[1] & 0x80)) return 0;
    size_t length = plain[1] & 0x7F, at = 2;
    if (length == 126) { length = (size_t)plain[2] << 8 | plain[3]; at = 4; }
    if (at + 4 + length != (size_t)n) return 0;
    uint8_t *text = plain + at + 4;
    for (size_t i = 0; i < length; i++) text[i] ^= plain[at + i % 4];
    text[length] = 0;
    if (!result->first_order[0]) snprintf(result->first_order, sizeof result->first_order, "%s", (char *)text);
    if (!checks) return 1;
    char price[SYMBOL_TEXT];
    int64_t bid = r->bid[index % WINDOW];
    snprintf(price, sizeof price, "\"%ld.%02ld000000\"", bid / 100, bid % 100);
    const char *side = r->is_buy[index % WINDOW] ? "\"BUY\"" : "\"SELL\"";
    return strstr((char *)text, price) && strstr((char *)text, side);
}

static int measure(rig *r, const bench_wire_plan *plan, int64_t *samples, bench_wire_result *result) {
    uint32_t total = plan->warm_up + plan->ticks, sent = 0, answered = 0;
    uint8_t cipher[1024];
    int64_t *due_at = calloc(WINDOW, sizeof *due_at);
    size_t bytes = next_tick(r, 0, cipher, sizeof cipher);
    if (plan->priority) (void)bench_take_priority(1);
    int64_t switches = bench_involuntary_switches();
    int64_t due = now_ns() + 20000000, last_heard = due;
    int failed = 0;
    while (answered < total && !failed) {
        int64_t now = now_ns();
        if (sent < total && now >= due && sent - answered < WINDOW) {
            if (bytes == 0 || send_all(r->fd, cipher, bytes)) { failed = 1; break; }
            due_at[sent % WINDOW] = due;
            sent++;
            // A steady pace whatever the client does: a late answer delays no tick, and its wait is counted from when
            // the tick was due.
            due += plan->interval_ns;
            if (sent < total) bytes = next_tick(r, sent, cipher, sizeof cipher);
        }
        ssize_t n = recv(r->fd, r->received + r->have, IN_BYTES - r->have, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) { failed = 1; break; }
        if (n < 0) {
            if (now - last_heard > 10000000000) failed = 1;
            continue;
        }
        int64_t heard = now_ns();
        last_heard = heard;
        r->have += (size_t)n;
        size_t at = 0;
        while (r->have - at >= 5) {
            size_t record = 5 + ((size_t)r->received[at + 3] << 8 | r->received[at + 4]);
            if (r->have - at < record) break;
            if (answered >= plan->warm_up && answered < total)
                samples[answered - plan->warm_up] = heard - due_at[answered % WINDOW];
            BIO_write(r->in, r->received + at, (int)record);
            if (!is_right(r, answered, plan->checks_orders, result)) result->wrong++;
            answered++;
            at += record;
        }
        memmove(r->received, r->received + at, r->have - at);
        r->have -= at;
    }
    result->switches = bench_involuntary_switches() - switches;
    if (plan->priority) (void)bench_take_priority(0);
    free(due_at);
    result->answered = answered > plan->warm_up ? answered - plan->warm_up : 0;
    if (failed) snprintf(result->error, sizeof result->error, "the connection ended after %u of %u answers", answered, total);
    return failed ? -1 : 0;
}

static void part(rig *r) {
    static const uint8_t bye[] = {0x88, 2, 3, 0xE8};
    if (r->ssl) {
        SSL_write(r->ssl, bye, sizeof bye);
        SSL_shutdown(r->ssl);
        (void)flush_out(r);
        SSL_free(r->ssl);
    }
    if (r->fd >= 0) {
        shutdown(r->fd, SHUT_WR);
        // Until the client has read the end and closed, bounded.
        int64_t until = now_ns() + 2000000000;
        while (now_ns() < until && recv(r->fd, r->received, IN_BYTES, 0) != 0)
            if (wait_for(r->fd, 100) && errno != EAGAIN) break;
        close(r->fd);
    }
}

int bench_server_run(bench_server *s, const bench_wire_plan *plan, int64_t *samples, bench_wire_result *result) {
    memset(result, 0, sizeof *result);
    cpu_set_t before, mine;
    sched_getaffinity(0, sizeof before, &before);
    CPU_ZERO(&mine);
    CPU_SET(plan->core, &mine);
    sched_setaffinity(0, sizeof mine, &mine);
    rig *r = calloc(1, sizeof *r);
    r->fd = -1;
    r->seed = 0x9E3779B97F4A7C15u;
    r->last_bid = 6183712;
    int status = meet(s, r);
    if (status) {
        snprintf(result->error, sizeof result->error, "no client came, or the handshake failed");
    } else {
        snprintf(result->cipher, sizeof result->cipher, "%s %s", SSL_get_version(r->ssl), SSL_get_cipher_name(r->ssl));
        status = measure(r, plan, samples, result);
    }
    part(r);
    free(r);
    sched_setaffinity(0, sizeof before, &before);
    return status;
}
