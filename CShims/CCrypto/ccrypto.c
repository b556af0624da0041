// The low-level SHA-256 calls are deprecated in OpenSSL 3 but are the only ones whose state can be copied without
// an allocation.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "CCrypto.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <string.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(((nt_hmac_key *)0)->inner), "the key holds two hash states");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words of a digest are swapped into its bytes");
_Static_assert(_Alignof(SHA256_CTX) <= _Alignof(uint64_t), "the key is aligned for a hash state");

_Static_assert(sizeof(SHA256_CTX) <= sizeof(nt_sha256), "the struct holds a hash state");
_Static_assert(_Alignof(SHA256_CTX) <= _Alignof(nt_sha256), "the struct is aligned for a hash state");

void nt_sha256_begin(nt_sha256 *hash) { SHA256_Init((SHA256_CTX *)(void *)hash->words); }

void nt_sha256_add(nt_sha256 *hash, const void *bytes, size_t count) {
    if (count > 0) SHA256_Update((SHA256_CTX *)(void *)hash->words, bytes, count);
}

void nt_sha256_end(nt_sha256 *hash, uint8_t *out) { SHA256_Final(out, (SHA256_CTX *)(void *)hash->words); }

void nt_wipe(void *memory, size_t count) { OPENSSL_cleanse(memory, count); }

void nt_hmac_key_init(nt_hmac_key *key, const uint8_t *secret, size_t count) {
    uint8_t block[SHA256_CBLOCK];
    memset(block, 0, sizeof block);
    if (count > sizeof block) {
        SHA256(secret, count, block);
    } else if (count > 0) {
        memcpy(block, secret, count);
    }
    SHA256_CTX state;
    for (size_t i = 0; i < sizeof block; i++) block[i] ^= 0x36;
    SHA256_Init(&state);
    SHA256_Update(&state, block, sizeof block);
    memcpy(key->inner, &state, sizeof state);
    for (size_t i = 0; i < sizeof block; i++) block[i] ^= 0x36 ^ 0x5c;
    SHA256_Init(&state);
    SHA256_Update(&state, block, sizeof block);
    memcpy(key->outer, &state, sizeof state);
    OPENSSL_cleanse(block, sizeof block);
    OPENSSL_cleanse(&state, sizeof state);
}

typedef uint8_t bytes16 __attribute__((vector_size(16)));

// The chaining words of a state as its digest's bytes. Sixteen at a time: the next block is read in such pieces, and a piece
// put together from smaller stores would have to wait for them.
static inline void put_words(const SHA256_CTX *state, uint8_t *out) {
    bytes16 words[2];
    memcpy(words, state->h, sizeof words);
    for (int i = 0; i < 2; i++) {
        words[i] = __builtin_shufflevector(words[i], words[i], 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
    }
    memcpy(out, words, sizeof words);
}

// Fills a block from `used` on: the mark, zeros, and the length of all that was hashed.
static inline void pad(uint8_t *block, size_t used, size_t length, uint64_t bytes) {
    uint64_t bits = __builtin_bswap64(bytes * 8);
    block[used] = 0x80;
    memset(block + used + 1, 0, length - used - 9);
    memcpy(block + length - 8, &bits, sizeof bits);
}

// Blocks are padded here and handed over whole: SHA256_Final would copy each of them once more, and clear what it copied.
// All that does not depend on a hash is written first, while nothing waits for it.
void nt_hmac_sign(const nt_hmac_key *key, const void *message, size_t count, uint8_t *out) {
    SHA256_CTX inner, outer;
    _Alignas(16) uint8_t last[2 * SHA256_CBLOCK], digest[SHA256_CBLOCK];
    size_t rest = count % SHA256_CBLOCK;
    size_t length = rest + 9 <= SHA256_CBLOCK ? SHA256_CBLOCK : 2 * SHA256_CBLOCK;
    memcpy(&inner, key->inner, sizeof inner);
    memcpy(&outer, key->outer, sizeof outer);
    if (rest > 0) memcpy(last, (const uint8_t *)message + (count - rest), rest);
    pad(last, rest, length, SHA256_CBLOCK + (uint64_t)count);
    pad(digest, SHA256_DIGEST_LENGTH, SHA256_CBLOCK, SHA256_CBLOCK + SHA256_DIGEST_LENGTH);

    if (count > rest) SHA256_Update(&inner, message, count - rest);
    SHA256_Transform(&inner, last);
    if (length > SHA256_CBLOCK) SHA256_Transform(&inner, last + SHA256_CBLOCK);
    put_words(&inner, digest);
    SHA256_Transform(&outer, digest);
    put_words(&outer, out);
}

void *nt_ed25519_from_seed(const uint8_t *seed) {
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
}

void *nt_ed25519_from_pem(const char *pem, size_t count) {
    BIO *bio = BIO_new_mem_buf(pem, (int)count);
    if (bio == NULL) return NULL;
    // An empty pass phrase, so that an encrypted key is refused instead of asked for at a terminal.
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"");
    BIO_free(bio);
    if (key != NULL && EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}

void nt_ed25519_free(void *key) { EVP_PKEY_free(key); }

int nt_ed25519_sign(const void *key, const void *message, size_t count, uint8_t *out) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL) return 0;
    size_t length = 64;
    int done = EVP_DigestSignInit(context, NULL, NULL, NULL, (EVP_PKEY *)key) == 1 &&
               EVP_DigestSign(context, out, &length, message, count) == 1 && length == 64;
    EVP_MD_CTX_free(context);
    return done;
}

int nt_ed25519_public(const void *key, uint8_t *out) {
    size_t length = 32;
    return EVP_PKEY_get_raw_public_key((EVP_PKEY *)key, out, &length) == 1 && length == 32;
}

size_t nt_ed25519_public_pem(const void *key, char *out, size_t capacity) {
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL) return 0;
    size_t count = 0;
    if (PEM_write_bio_PUBKEY(bio, (EVP_PKEY *)key) == 1) {
        char *text = NULL;
        long length = BIO_get_mem_data(bio, &text);
        if (length > 0 && (size_t)length <= capacity) {
            memcpy(out, text, (size_t)length);
            count = (size_t)length;
        }
    }
    BIO_free(bio);
    return count;
}

int nt_ed25519_verify(const uint8_t *public_key, const void *message, size_t count, const uint8_t *signature) {
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, 32);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int good = 0;
    if (key != NULL && context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1) {
        good = EVP_DigestVerify(context, signature, 64, message, count) == 1;
    }
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return good;
}
