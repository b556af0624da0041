// What the two halves of this shim share; not part of its interface.
#ifndef NEEDLETAIL_CTLS_SESSION_H
#define NEEDLETAIL_CTLS_SESSION_H
#include "CTLS.h"
#include <openssl/ssl.h>

struct ctls_session {
    SSL *ssl;
    const uint8_t *in;
    size_t in_left;
    uint8_t *out;
    size_t out_capacity, out_used;
    int output_full;
    // The traffic secrets of TLS 1.3, kept from the handshake until they are taken.
    int keep_secrets;
    uint8_t write_secret[48], read_secret[48];
    size_t write_secret_bytes, read_secret_bytes;
    // Where a ticket for the next connection goes; the owner's.
    ctls_ticket *ticket;
    char error[256];
};

struct ctls_ticket {
    SSL_SESSION *session;
};
#endif
