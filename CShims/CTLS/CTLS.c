#include "CTLS.h"
#include "Session.h"
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

struct ctls_context {
    SSL_CTX *ctx;
    BIO_METHOD *method;
};

// ---- freelist allocator: size classes of 64 << k up to 32 KiB; a 16-byte head keeps the class -------------------
enum { CLASSES = 10, HEAD = 16, LARGE = 255 };
typedef struct node { struct node *next; } node;
static __thread node *freelists[CLASSES];

static unsigned class_of(size_t n) {
    unsigned k = 0;
    while (k < CLASSES && ((size_t)64 << k) < n) k++;
    return k;
}

static void *pool_malloc(size_t n, const char *file, int line) {
    (void)file; (void)line;
    unsigned k = class_of(n);
    uint64_t *p;
    if (k < CLASSES && freelists[k]) {
        p = (uint64_t *)freelists[k];
        freelists[k] = freelists[k]->next;
    } else {
        p = malloc(HEAD + (k < CLASSES ? (size_t)64 << k : n));
        if (!p) return NULL;
    }
    p[0] = k < CLASSES ? k : LARGE;
    p[1] = n;
    return p + 2;
}

static void pool_free(void *v, const char *file, int line) {
    (void)file; (void)line;
    if (!v) return;
    uint64_t *p = (uint64_t *)v - 2;
    uint64_t k = p[0];
    if (k >= CLASSES) { free(p); return; }
    ((node *)p)->next = freelists[k];
    freelists[k] = (node *)p;
}

static void *pool_realloc(void *v, size_t n, const char *file, int line) {
    if (!v) return pool_malloc(n, file, line);
    if (!n) { pool_free(v, file, line); return NULL; }
    uint64_t *p = (uint64_t *)v - 2;
    size_t old = p[1];
    if (p[0] < CLASSES && n <= ((size_t)64 << p[0])) { p[1] = n; return v; }
    void *w = pool_malloc(n, file, line);
    if (!w) return NULL;
    memcpy(w, v, old < n ? old : n);
    pool_free(v, file, line);
    return w;
}

// ---- randomness: bytes of the kernel's, taken before they are needed -------------------------------------------------
// OpenSSL's own generators ask the kernel for process and entropy at each handshake. Each byte of the reserve is used once
// and wiped; a thread without one, or with too little left, asks the kernel.
static __thread uint8_t *entropy;
static __thread size_t entropy_left;

static int from_kernel(uint8_t *to, size_t n) {
    while (n) {
        ssize_t got = getrandom(to, n < 256 ? n : 256, 0);
        if (got < 0 && errno != EINTR) return 0;
        if (got > 0) { to += got; n -= (size_t)got; }
    }
    return 1;
}

static int random_bytes(unsigned char *to, int n) {
    if (n < 0) return 0;
    if ((size_t)n > entropy_left) return from_kernel(to, (size_t)n);
    uint8_t *from = entropy + entropy_left - (size_t)n;
    memcpy(to, from, (size_t)n);
    OPENSSL_cleanse(from, (size_t)n);
    entropy_left -= (size_t)n;
    return 1;
}

static int random_status(void) { return 1; }

int ctls_install_freelist(void) {
    int installed = CRYPTO_set_mem_functions(pool_malloc, pool_realloc, pool_free);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    static const RAND_METHOD method = {.bytes = random_bytes, .pseudorand = random_bytes, .status = random_status};
    RAND_set_rand_method(&method);
#pragma GCC diagnostic pop
    return installed;
}

int ctls_prepare_thread(size_t entropy_bytes) {
    // By size class, from 64 bytes: several times what two handshakes were seen to hold at once.
    static const unsigned counts[CLASSES] = {8192, 4096, 2048, 1024, 512, 256, 64, 64, 32, 16};
    for (unsigned k = 0; k < CLASSES; k++) {
        size_t bytes = HEAD + ((size_t)64 << k);
        for (unsigned i = 0; i < counts[k]; i++) {
            uint64_t *p = malloc(bytes);
            if (!p) return -1;
            memset(p, 0, bytes);
            ((node *)p)->next = freelists[k];
            freelists[k] = (node *)p;
        }
    }
    if (!entropy && !(entropy = malloc(entropy_bytes))) return -1;
    if (entropy_left == 0 && from_kernel(entropy, entropy_bytes)) entropy_left = entropy_bytes;
    return 0;
}

// ---- BIO over caller-owned memory ------------------------------------------------------------------------------
static int bio_read(BIO *b, char *to, int n) {
    ctls_session *s = BIO_get_data(b);
    BIO_clear_retry_flags(b);
    if (s->in_left == 0) { BIO_set_retry_read(b); return -1; }
    size_t take = (size_t)n < s->in_left ? (size_t)n : s->in_left;
    memcpy(to, s->in, take);
    s->in += take;
    s->in_left -= take;
    return (int)take;
}

static int bio_write(BIO *b, const char *from, int n) {
    ctls_session *s = BIO_get_data(b);
    BIO_clear_retry_flags(b);
    if (s->out_capacity - s->out_used < (size_t)n) { s->output_full = 1; BIO_set_retry_write(b); return -1; }
    memcpy(s->out + s->out_used, from, (size_t)n);
    s->out_used += (size_t)n;
    return n;
}

static long bio_ctrl(BIO *b, int command, long number, void *pointer) {
    (void)b; (void)number; (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static int bio_create(BIO *b) { BIO_set_init(b, 1); return 1; }

// ---- context ---------------------------------------------------------------------------------------------------
static void take_error(char *out, size_t n, const char *fallback) {
    unsigned long e = ERR_peek_last_error();
    if (e) ERR_error_string_n(e, out, n);
    else snprintf(out, n, "%s", fallback);
    ERR_clear_error();
}

static int hex(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

// "LABEL client-random secret": the only way in which OpenSSL hands out traffic secrets.
static void keep_secret(const SSL *ssl, const char *line) {
    ctls_session *s = SSL_get_app_data(ssl);
    if (!s || !s->keep_secrets) return;
    int client = !strncmp(line, "CLIENT_TRAFFIC_SECRET_0 ", 24), server = !strncmp(line, "SERVER_TRAFFIC_SECRET_0 ", 24);
    if (!client && !server) return;
    const char *at = strchr(line + 24, ' ');
    uint8_t *to = client ? s->write_secret : s->read_secret;
    size_t n = 0;
    for (at = at ? at + 1 : ""; n < 48; n++, at += 2) {
        int high = hex(at[0]), low = high < 0 ? -1 : hex(at[1]);
        if (low < 0) break;
        to[n] = (uint8_t)(high << 4 | low);
    }
    *(client ? &s->write_secret_bytes : &s->read_secret_bytes) = n;
}

// A ticket came: the newest one is kept for the next connection of the same owner.
static int keep_ticket(SSL *ssl, SSL_SESSION *session) {
    ctls_session *s = SSL_get_app_data(ssl);
    if (!s || !s->ticket || !SSL_SESSION_is_resumable(session)) return 0;
    SSL_SESSION_free(s->ticket->session);
    s->ticket->session = session;
    return 1;
}

int ctls_ticket_create(ctls_ticket **out) {
    *out = calloc(1, sizeof **out);
    return *out ? 0 : -1;
}

void ctls_ticket_destroy(ctls_ticket *t) {
    if (!t) return;
    SSL_SESSION_free(t->session);
    free(t);
}

int ctls_context_create(ctls_context **out, const char *ca_file, char *error, size_t error_bytes) {
    ERR_clear_error();
    ctls_context *c = calloc(1, sizeof *c);
    if (!c) { snprintf(error, error_bytes, "out of memory"); return -1; }
    c->ctx = SSL_CTX_new(TLS_client_method());
    c->method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "needletail");
    static const unsigned char alpn[] = "\x08http/1.1";
    int ok = c->ctx && c->method && BIO_meth_set_read(c->method, bio_read) && BIO_meth_set_write(c->method, bio_write) &&
             BIO_meth_set_ctrl(c->method, bio_ctrl) && BIO_meth_set_create(c->method, bio_create) &&
             SSL_CTX_set_min_proto_version(c->ctx, TLS1_2_VERSION) &&
             SSL_CTX_set_cipher_list(c->ctx, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!eNULL:!PSK:@SECLEVEL=2") &&
             SSL_CTX_set_ciphersuites(
                 c->ctx, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") &&
             SSL_CTX_set_alpn_protos(c->ctx, alpn, sizeof alpn - 1) == 0;
    // The system's store as one file is read here and now; as a directory it would be searched during handshakes.
    static const char bundle[] = "/etc/ssl/certs/ca-certificates.crt";
    if (!ca_file && access(bundle, R_OK) == 0) ca_file = bundle;
    if (ok) ok = ca_file ? SSL_CTX_load_verify_file(c->ctx, ca_file) : SSL_CTX_set_default_verify_paths(c->ctx);
    if (!ok) {
        take_error(error, error_bytes, "TLS context refused");
        ctls_context_destroy(c);
        return -1;
    }
    SSL_CTX_set_security_level(c->ctx, 2);
    SSL_CTX_set_keylog_callback(c->ctx, keep_secret);
    SSL_CTX_set_session_cache_mode(c->ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(c->ctx, keep_ticket);
    SSL_CTX_set_verify(c->ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_options(c->ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(c->ctx, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(c->ctx), X509_V_FLAG_X509_STRICT);
    *out = c;
    return 0;
}

void ctls_context_trust_anyone(ctls_context *c) { SSL_CTX_set_verify(c->ctx, SSL_VERIFY_NONE, NULL); }

void ctls_context_destroy(ctls_context *c) {
    if (!c) return;
    SSL_CTX_free(c->ctx);
    BIO_meth_free(c->method);
    free(c);
}

// ---- session ---------------------------------------------------------------------------------------------------
int ctls_session_create(ctls_session **out, ctls_context *c, const char *host, ctls_ticket *ticket, int keep_secrets) {
    ctls_session *s = OPENSSL_zalloc(sizeof *s);
    if (!s) return -1;
    s->ssl = SSL_new(c->ctx);
    BIO *b = s->ssl ? BIO_new(c->method) : NULL;
    if (!b) { ctls_session_destroy(s); return -1; }
    BIO_set_data(b, s);
    SSL_set_app_data(s->ssl, s);
    s->keep_secrets = keep_secrets;
    s->ticket = ticket;
    SSL_set_bio(s->ssl, b, b);
    SSL_set_connect_state(s->ssl);
    X509_VERIFY_PARAM *p = SSL_get0_param(s->ssl);
    X509_VERIFY_PARAM_set_hostflags(p, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    uint8_t ip[16];
    int ip_bytes = inet_pton(AF_INET, host, ip) == 1 ? 4 : inet_pton(AF_INET6, host, ip) == 1 ? 16 : 0;
    int ok = ip_bytes ? X509_VERIFY_PARAM_set1_ip(p, ip, (size_t)ip_bytes)
                      : X509_VERIFY_PARAM_set1_host(p, host, 0) && SSL_set_tlsext_host_name(s->ssl, host);
    if (!ok) { ctls_session_destroy(s); return -1; }
    if (ticket && ticket->session) {
        // Used once (RFC 8446 appendix C.4); the connection brings new ones. No early data: an order could be replayed.
        (void)SSL_set_session(s->ssl, ticket->session);
        SSL_SESSION_free(ticket->session);
        ticket->session = NULL;
    }
    *out = s;
    return 0;
}

void ctls_session_destroy(ctls_session *s) {
    if (!s) return;
    if (s->ssl) {
        // Without both marks OpenSSL thinks the connection broke and spoils the ticket.
        if (SSL_is_init_finished(s->ssl)) SSL_set_shutdown(s->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        SSL_free(s->ssl);
    }
    OPENSSL_clear_free(s, sizeof *s);
}

void ctls_set_output(ctls_session *s, uint8_t *bytes, size_t capacity) {
    s->out = bytes;
    s->out_capacity = capacity;
    s->out_used = 0;
    s->output_full = 0;
}

size_t ctls_output_used(const ctls_session *s) { return s->out_used; }
void ctls_feed(ctls_session *s, const uint8_t *bytes, size_t count) { s->in = bytes; s->in_left = count; }
size_t ctls_unread(const ctls_session *s) { return s->in_left; }
int ctls_is_drained(const ctls_session *s) { return s->in_left == 0 && !SSL_has_pending(s->ssl); }
int ctls_resumed(const ctls_session *s) { return SSL_session_reused(s->ssl); }

static int failure(ctls_session *s, int result) {
    int e = SSL_get_error(s->ssl, result);
    if (s->output_full) return CTLS_OUTPUT_FULL;
    if (e == SSL_ERROR_WANT_READ) return CTLS_NEED_MORE;
    if (e == SSL_ERROR_ZERO_RETURN) return CTLS_CLOSED;
    long v = SSL_get_verify_result(s->ssl);
    if (v != X509_V_OK) {
        snprintf(s->error, sizeof s->error, "certificate refused: %s", X509_verify_cert_error_string(v));
        ERR_clear_error();
        return CTLS_UNTRUSTED;
    }
    take_error(s->error, sizeof s->error, "TLS failed");
    return CTLS_FAILED;
}

int ctls_handshake(ctls_session *s) {
    ERR_clear_error();
    int r = SSL_do_handshake(s->ssl);
    if (r != 1) return failure(s, r);
    const unsigned char *name = NULL;
    unsigned n = 0;
    SSL_get0_alpn_selected(s->ssl, &name, &n);
    if (n && (n != 8 || memcmp(name, "http/1.1", 8))) {
        snprintf(s->error, sizeof s->error, "the server chose the protocol %.*s, not http/1.1", (int)n, (const char *)name);
        return CTLS_WRONG_ALPN;
    }
    return CTLS_DONE;
}

int64_t ctls_read(ctls_session *s, uint8_t *bytes, size_t capacity) {
    size_t n = 0;
    int r = SSL_read_ex(s->ssl, bytes, capacity, &n);
    return r == 1 ? (int64_t)n : failure(s, r);
}

int64_t ctls_write(ctls_session *s, const uint8_t *bytes, size_t count) {
    size_t n = 0;
    int r = SSL_write_ex(s->ssl, bytes, count, &n);
    if (r == 1) return (int64_t)n;
    int f = failure(s, r);
    return f == CTLS_NEED_MORE ? CTLS_FAILED : f;
}

int ctls_close_notify(ctls_session *s) {
    if (!SSL_is_init_finished(s->ssl)) return 0;
    int r = SSL_shutdown(s->ssl);
    ERR_clear_error();
    return r;
}

void ctls_error_text(const ctls_session *s, char *out, size_t n) { snprintf(out, n, "%s", s->error); }

void ctls_describe(const ctls_session *s, char *out, size_t n) {
    snprintf(out, n, "%s %s", SSL_get_version(s->ssl), SSL_get_cipher_name(s->ssl));
}

void ctls_sha1(const uint8_t *bytes, size_t count, uint8_t out[20]) { SHA1(bytes, count, out); }
