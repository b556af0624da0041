// The least a client can do: receive a record, send a record. The engine's own C calls for io_uring and TLS, so that the
// difference to the engine is the engine's work and nothing else.
#define _GNU_SOURCE
#include "CBench.h"
#include "CTLS.h"
#include "CUring.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT = 1, RECEIVE = 2, SEND = 3, OUTPUT = 1 << 18 };

typedef struct floor_client {
    cu_ring *ring;
    ctls_session *session;
    int fd, sending;
    uint8_t *output, plain[16384];
    size_t start, end;
    uint8_t reply[4096];
    size_t reply_bytes;
    int priority;
    int64_t switches; // before the first frame
    const char *failed_in;
    enum { SHAKING, UPGRADING, OPEN } state;
} floor_client;

static int fail(floor_client *c, const char *in) {
    c->failed_in = in;
    return -1;
}

static int submit_output(floor_client *c) {
    if (c->sending || c->end == c->start) return 0;
    c->sending = 1;
    if (cu_send(c->ring, c->fd, c->output + c->start, c->end - c->start, SEND)) return fail(c, "queueing");
    return cu_submit(c->ring) < 0 ? fail(c, "submitting") : 0;
}

static int write_record(floor_client *c, const void *bytes, size_t count) {
    ctls_set_output(c->session, c->output + c->end, OUTPUT - c->end);
    int64_t written = ctls_write(c->session, bytes, count);
    c->end += ctls_output_used(c->session);
    return written == (int64_t)count ? 0 : fail(c, "encrypting");
}

static int shake(floor_client *c) {
    ctls_set_output(c->session, c->output + c->end, OUTPUT - c->end);
    int done = ctls_handshake(c->session);
    c->end += ctls_output_used(c->session);
    if (done < 0) return -1;
    if (done == CTLS_DONE) {
        static const char upgrade[] = "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        c->state = UPGRADING;
        if (write_record(c, upgrade, sizeof upgrade - 1)) return -1;
    }
    return submit_output(c);
}

// 1: the server closed.
static int take(floor_client *c, const uint8_t *bytes, size_t count) {
    ctls_feed(c->session, bytes, count);
    if (c->state == SHAKING && shake(c)) return -1;
    while (c->state != SHAKING) {
        ctls_set_output(c->session, c->output + c->end, OUTPUT - c->end);
        int64_t n = ctls_read(c->session, c->plain, sizeof c->plain);
        c->end += ctls_output_used(c->session);
        if (n == 0) break;
        if (n == CTLS_CLOSED) return 1;
        if (n < 0) return fail(c, "decrypting");
        if (c->state == UPGRADING) {
            c->state = OPEN;
            if (c->priority) (void)bench_take_priority(1);
            c->switches = bench_involuntary_switches();
            continue;
        }
        if ((c->plain[0] & 0x0F) == 8) return 1;
        if (write_record(c, c->reply, c->reply_bytes)) return -1;
        if (submit_output(c)) return -1;
    }
    return submit_output(c);
}

static int complete(floor_client *c, const cu_completion *done) {
    switch (done->user_data) {
    case CONNECT:
        if (done->result < 0 || cu_receive_multishot(c->ring, c->fd, RECEIVE) || cu_submit(c->ring) < 0) return -1;
        return shake(c);
    case RECEIVE: {
        if (done->result <= 0) return 1;
        uint16_t id = (uint16_t)(done->flags >> CU_BUFFER_SHIFT);
        int status = take(c, cu_buffer(c->ring, id), (size_t)done->result);
        cu_buffer_recycle(c->ring, id);
        if (status == 0 && !(done->flags & CU_FLAG_MORE) &&
            (cu_receive_multishot(c->ring, c->fd, RECEIVE) || cu_submit(c->ring) < 0)) return -1;
        return status;
    }
    default:
        c->sending = 0;
        if (done->result < 0) return 1;
        c->start += (size_t)done->result;
        if (c->start == c->end) {
            c->start = c->end = 0;
        } else if (c->start > OUTPUT / 2) {
            memmove(c->output, c->output + c->start, c->end - c->start);
            c->end -= c->start;
            c->start = 0;
        }
        return submit_output(c);
    }
}

static void make_reply(floor_client *c, size_t text) {
    if (text > 4000) text = 4000;
    if (text < 126) text = 126;
    uint8_t head[8] = {0x81, 0x80 | 126, (uint8_t)(text >> 8), (uint8_t)text, 1, 2, 3, 4};
    memcpy(c->reply, head, sizeof head);
    for (size_t i = 0; i < text; i++) c->reply[8 + i] = (uint8_t)('x' ^ head[4 + i % 4]);
    c->reply_bytes = 8 + text;
}

int bench_floor_run(uint16_t port, const char *ca_file, int core, int priority, size_t reply_bytes,
                    int64_t *switches, char *error, size_t error_bytes) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set);
    floor_client *c = calloc(1, sizeof *c);
    c->output = malloc(OUTPUT);
    c->priority = priority;
    make_reply(c, reply_bytes);
    ctls_install_freelist();
    ctls_context *context = NULL;
    uint8_t address[28];
    uint32_t address_bytes = 0;
    int ipv6 = 0, status = -1;
    snprintf(error, error_bytes, "the floor could not start");
    if (ctls_context_create(&context, ca_file, error, error_bytes)) goto out;
    if (ctls_session_create(&c->session, context, "127.0.0.1", NULL, 0)) goto out;
    if (cu_ring_create(&c->ring, 256, 1024, 256, 16384)) goto out;
    c->fd = cu_tcp_socket(0);
    if (cu_address_parse("127.0.0.1", port, address, &address_bytes, &ipv6)) goto out;
    if (cu_connect(c->ring, c->fd, address, address_bytes, CONNECT)) goto out;
    status = 0;
    while (status == 0) {
        cu_submit(c->ring);
        cu_get_events(c->ring);
        cu_completion done;
        while (status == 0 && cu_peek(c->ring, &done)) status = complete(c, &done);
    }
    *switches = bench_involuntary_switches() - c->switches;
    if (status < 0) {
        snprintf(error, error_bytes, "the floor's connection failed %s: ",
                 c->failed_in ? c->failed_in : "when it began");
        ctls_error_text(c->session, error + strlen(error), error_bytes - strlen(error));
    }
out:
    if (c->fd > 0) cu_close_now(c->fd);
    if (c->session) ctls_session_destroy(c->session);
    cu_ring_destroy(c->ring);
    ctls_context_destroy(context);
    free(c->output);
    free(c);
    return status < 0 ? -1 : 0;
}
