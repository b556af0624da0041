// Hashing and signing by libcrypto, behind plain declarations.
#ifndef NEEDLETAIL_CCRYPTO_H
#define NEEDLETAIL_CCRYPTO_H

#include <stddef.h>
#include <stdint.h>

#define NT_HOT __attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))

/// HMAC-SHA-256 key with both pads already hashed: a signature starts from copies of these two states.
typedef struct {
    uint64_t inner[16];
    uint64_t outer[16];
} nt_hmac_key;

void nt_hmac_key_init(nt_hmac_key *_Nonnull key, const uint8_t *_Nullable secret, size_t count);
/// Writes 32 bytes. Allocates nothing.
NT_HOT void nt_hmac_sign(const nt_hmac_key *_Nonnull key, const void *_Nullable message, size_t count,
                         uint8_t *_Nonnull out);

/// A SHA-256 under way. Plain bytes: it may be copied to go on from the same place twice.
typedef struct {
    uint64_t words[16];
} nt_sha256;

void nt_sha256_begin(nt_sha256 *_Nonnull hash);
void nt_sha256_add(nt_sha256 *_Nonnull hash, const void *_Nullable bytes, size_t count);
/// Writes 32 bytes; the state is used up.
void nt_sha256_end(nt_sha256 *_Nonnull hash, uint8_t *_Nonnull out);

/// Overwrites memory in a way the compiler keeps.
void nt_wipe(void *_Nonnull memory, size_t count);

/// An Ed25519 private key; NULL when the text or seed is not one.
void *_Nullable nt_ed25519_from_seed(const uint8_t *_Nonnull seed);
void *_Nullable nt_ed25519_from_pem(const char *_Nonnull pem, size_t count);
void nt_ed25519_free(void *_Nonnull key);
/// Writes 64 bytes; 1 when signed.
int nt_ed25519_sign(const void *_Nonnull key, const void *_Nullable message, size_t count, uint8_t *_Nonnull out);
/// Writes the 32 raw bytes of the public key; 1 when written.
int nt_ed25519_public(const void *_Nonnull key, uint8_t *_Nonnull out);
/// Writes the public key as PEM; the number of bytes, 0 when it does not fit.
size_t nt_ed25519_public_pem(const void *_Nonnull key, char *_Nonnull out, size_t capacity);
/// 1 when `signature` (64 bytes) by the raw public key (32 bytes) fits the message.
int nt_ed25519_verify(const uint8_t *_Nonnull public_key, const void *_Nullable message, size_t count,
                      const uint8_t *_Nonnull signature);

#endif
