// A TLS client over buffers the caller owns: ciphertext is fed by pointer, ciphertext to send is appended to the
// caller's memory. No sockets, no copies of our own. Public header: <stdint.h> and <stddef.h> only.
#ifndef NEEDLETAIL_CTLS_H
#define NEEDLETAIL_CTLS_H
#include <stddef.h>
#include <stdint.h>

typedef struct ctls_context ctls_context;
typedef struct ctls_session ctls_session;
typedef struct ctls_ticket ctls_ticket;
typedef struct ctls_traffic ctls_traffic;

enum {
    CTLS_NEED_MORE = 0,
    CTLS_DONE = 1,
    CTLS_CLOSED = -1,      // the peer's close_notify
    CTLS_FAILED = -2,      // protocol failure; ctls_error_text
    CTLS_UNTRUSTED = -3,   // the certificate was refused
    CTLS_WRONG_ALPN = -4,  // the server chose a protocol other than http/1.1
    CTLS_OUTPUT_FULL = -5  // the caller's output memory is too small
};

// Replaces OpenSSL's allocator by per-thread freelists, so that records cost no malloc in steady state.
// 1 when installed; 0 when OpenSSL had already allocated (harmless).
// OpenSSL's randomness comes from the kernel directly from then on, or from the calling thread's reserve of it.
int ctls_install_freelist(void);
// Fills the calling thread's freelists for handshakes, and its reserve of the kernel's randomness (a handshake takes some
// 200 bytes), so that connecting again needs neither heap nor system call. 5 MiB. 0, or -1 without memory.
int ctls_prepare_thread(size_t entropy_bytes);

// ca_file NULL: the system's store. 0, or -1 with text in error.
int ctls_context_create(ctls_context **out, const char *ca_file, char *error, size_t error_bytes);
// From now on any certificate is believed. For measuring against a server of one's own, and nothing else.
void ctls_context_trust_anyone(ctls_context *context);
void ctls_context_destroy(ctls_context *context);

// expected_host: SNI and certificate name; an IP literal is checked against IP names and sends no SNI.
// ticket, or NULL: where a ticket for the next connection is kept, and taken from. keep_secrets: for ctls_traffic_take.
int ctls_session_create(
    ctls_session **out, ctls_context *context, const char *expected_host, ctls_ticket *ticket, int keep_secrets);
void ctls_session_destroy(ctls_session *session);

void ctls_set_output(ctls_session *session, uint8_t *bytes, size_t capacity);
size_t ctls_output_used(const ctls_session *session);
void ctls_feed(ctls_session *session, const uint8_t *bytes, size_t count);
size_t ctls_unread(const ctls_session *session);
// 1: everything fed was read and nothing of it waits inside, so that the next ctls_read could only ask for more.
int ctls_is_drained(const ctls_session *session);
int ctls_resumed(const ctls_session *session); // the handshake was an abbreviated one

// One owner's ticket for resumption (RFC 8446 §2.2); outlives sessions, same thread.
int ctls_ticket_create(ctls_ticket **out);
void ctls_ticket_destroy(ctls_ticket *ticket);

int ctls_handshake(ctls_session *session);                                     // CTLS_DONE, CTLS_NEED_MORE, or < 0
int64_t ctls_read(ctls_session *session, uint8_t *bytes, size_t capacity);     // > 0 plaintext, 0 need more, < 0
int64_t ctls_write(ctls_session *session, const uint8_t *bytes, size_t count); // count, or < 0
int ctls_close_notify(ctls_session *session);
void ctls_error_text(const ctls_session *session, char *out, size_t capacity);
void ctls_describe(const ctls_session *session, char *out, size_t capacity);   // "TLSv1.3 TLS_AES_256_GCM_SHA384"

// ---- own records: the keys of a TLS 1.3 AES-GCM connection after its handshake -------------------------------------
enum { CTLS_AEAD_EVP = 1, CTLS_AEAD_IPSEC_MB = 2 };

// Takes the keys from a session whose handshake is done and of which no later record was read. 1 taken, 0 not TLS 1.3 with
// AES-GCM (the session goes on as it is), -1 failed. A provider that is not there is replaced by EVP.
int ctls_traffic_take(ctls_traffic **out, ctls_session *session, int provider);
// From secrets that are known: key_bytes 16 (secrets of 32 bytes) or 32 (48).
int ctls_traffic_make(
    ctls_traffic **out, size_t key_bytes, const uint8_t *write_secret, const uint8_t *read_secret, int provider);
void ctls_traffic_destroy(ctls_traffic *traffic); // wiped
int ctls_traffic_provider(const ctls_traffic *traffic);
uint64_t ctls_traffic_written(const ctls_traffic *traffic); // records under the present keys
uint64_t ctls_traffic_read(const ctls_traffic *traffic);
int ctls_next_write_keys(ctls_traffic *traffic); // RFC 8446 §7.2; 0 or -1
int ctls_next_read_keys(ctls_traffic *traffic);
// A whole record of one content type into out: its bytes, or -1 when it does not fit. plain may lie at out + 5.
int64_t ctls_seal(ctls_traffic *, uint8_t type, const uint8_t *plain, size_t count, uint8_t *out, size_t capacity);
// A whole record (header included) into plain, which holds count bytes: bytes of the inner plaintext, or -1 for a wrong tag.
int64_t ctls_open(ctls_traffic *, const uint8_t *record, size_t count, uint8_t *plain);

void ctls_sha1(const uint8_t *bytes, size_t count, uint8_t out[20]);
#endif
