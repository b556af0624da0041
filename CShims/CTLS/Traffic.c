// The keys of one TLS 1.3 connection after its handshake (RFC 8446 §7): secrets, keys and nonces of both directions in
// pages that are locked, left out of core dumps and wiped; one AEAD operation per record. What a record may hold is not
// decided here.
#include "CTLS.h"
#include "Session.h"
#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#if __has_include(<intel-ipsec-mb.h>) && defined(__x86_64__)
#include <intel-ipsec-mb.h>
#define HAS_IPSEC_MB 1
#endif

enum { TAG = 16, HEADER = 5, NONCE = 12 };

typedef struct {
#ifdef HAS_IPSEC_MB
    struct gcm_key_data expanded; // first: 64-byte aligned
#endif
    uint8_t secret[48], key[32], iv[NONCE];
    uint64_t sequence;
    EVP_CIPHER_CTX *evp;
} direction;

struct ctls_traffic {
    direction write, read;
    size_t secret_bytes, key_bytes;
    int provider;
    size_t mapped;
#ifdef HAS_IPSEC_MB
    IMB_MGR *manager;
#endif
};

// ---- the optional provider: found at run time, used where it and the processor are there -------------------------
#ifdef HAS_IPSEC_MB
static IMB_MGR *make_manager(void) {
    static void *library;
    if (!library) library = dlopen("libIPSec_MB.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) return NULL;
    IMB_MGR *(*allocate)(uint64_t) = (IMB_MGR * (*)(uint64_t)) dlsym(library, "alloc_mb_mgr");
    void (*initialise)(IMB_MGR *, IMB_ARCH *) = (void (*)(IMB_MGR *, IMB_ARCH *))dlsym(library, "init_mb_mgr_auto");
    IMB_MGR *manager = allocate && initialise ? allocate(0) : NULL;
    if (!manager) return NULL;
    IMB_ARCH found = IMB_ARCH_NONE;
    initialise(manager, &found);
    // Below AVX2 nothing is gained over OpenSSL, and ARCH_NOAESNI is not constant in time.
    return found >= IMB_ARCH_AVX2 && manager->gcm128_enc && manager->gcm256_enc ? manager : NULL;
}
static __thread IMB_MGR *manager_of_thread;
#endif

// ---- key schedule ------------------------------------------------------------------------------------------------
// HKDF-Expand-Label with an empty context (RFC 8446 §7.1); at most one block of the hash, which every use here is.
static int expand(const struct ctls_traffic *t, const uint8_t *secret, const char *label, uint8_t *out, size_t count) {
    uint8_t info[64], block[EVP_MAX_MD_SIZE];
    size_t n = strlen(label), used = 0;
    info[used++] = (uint8_t)(count >> 8);
    info[used++] = (uint8_t)count;
    info[used++] = (uint8_t)(6 + n);
    memcpy(info + used, "tls13 ", 6);
    memcpy(info + used + 6, label, n);
    used += 6 + n;
    info[used++] = 0;
    info[used++] = 1;
    unsigned made = 0;
    const EVP_MD *hash = t->secret_bytes == 48 ? EVP_sha384() : EVP_sha256();
    if (!HMAC(hash, secret, (int)t->secret_bytes, info, used, block, &made) || made < count) return -1;
    memcpy(out, block, count);
    OPENSSL_cleanse(block, sizeof block);
    return 0;
}

static int install(struct ctls_traffic *t, direction *d, int writes) {
    if (expand(t, d->secret, "key", d->key, t->key_bytes) || expand(t, d->secret, "iv", d->iv, NONCE)) return -1;
    d->sequence = 0;
#ifdef HAS_IPSEC_MB
    if (t->manager) {
        if (t->key_bytes == 16) IMB_AES128_GCM_PRE(t->manager, d->key, &d->expanded);
        else IMB_AES256_GCM_PRE(t->manager, d->key, &d->expanded);
        return 0;
    }
#endif
    if (!d->evp) d->evp = EVP_CIPHER_CTX_new();
    const EVP_CIPHER *cipher = t->key_bytes == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
    return d->evp && EVP_CipherInit_ex(d->evp, cipher, NULL, d->key, NULL, writes) == 1 ? 0 : -1;
}

static int renew(struct ctls_traffic *t, direction *d, int writes) {
    uint8_t next[48];
    int failed = expand(t, d->secret, "traffic upd", next, t->secret_bytes);
    if (!failed) memcpy(d->secret, next, t->secret_bytes);
    OPENSSL_cleanse(next, sizeof next);
    return failed ? -1 : install(t, d, writes);
}

int ctls_next_write_keys(ctls_traffic *t) { return renew(t, &t->write, 1); }
int ctls_next_read_keys(ctls_traffic *t) { return renew(t, &t->read, 0); }

// One set of pages, wiped, that waits on each thread for its next connection: no system call then.
static __thread struct ctls_traffic *spare;

static struct ctls_traffic *take_pages(void) {
    struct ctls_traffic *t = spare;
    spare = NULL;
    if (t) return t;
    size_t page = 4096, size = (sizeof(struct ctls_traffic) + page - 1) / page * page;
    t = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (t == MAP_FAILED) return NULL;
    // Not being allowed to lock is no reason not to trade: the pages are left out of dumps and forks all the same.
    (void)mlock(t, size);
    if (madvise(t, size, MADV_DONTDUMP) || madvise(t, size, MADV_WIPEONFORK)) {
        munmap(t, size);
        return NULL;
    }
    t->mapped = size;
    return t;
}

int ctls_traffic_make(
    ctls_traffic **out, size_t key_bytes, const uint8_t *write_secret, const uint8_t *read_secret, int provider) {
    struct ctls_traffic *t = take_pages();
    if (!t) return -1;
    t->key_bytes = key_bytes;
    t->secret_bytes = key_bytes == 32 ? 48 : 32;
    t->provider = CTLS_AEAD_EVP;
#ifdef HAS_IPSEC_MB
    if (provider == CTLS_AEAD_IPSEC_MB) {
        if (!manager_of_thread) manager_of_thread = make_manager();
        t->manager = manager_of_thread;
        if (t->manager) t->provider = CTLS_AEAD_IPSEC_MB;
    }
#endif
    memcpy(t->write.secret, write_secret, t->secret_bytes);
    memcpy(t->read.secret, read_secret, t->secret_bytes);
    if (install(t, &t->write, 1) || install(t, &t->read, 0)) {
        ctls_traffic_destroy(t);
        return -1;
    }
    *out = t;
    return 1;
}

int ctls_traffic_take(ctls_traffic **out, ctls_session *s, int provider) {
    int id = SSL_is_init_finished(s->ssl) && SSL_version(s->ssl) == TLS1_3_VERSION
        ? (int)(SSL_CIPHER_get_id(SSL_get_current_cipher(s->ssl)) & 0xFFFF) : 0;
    size_t key_bytes = id == 0x1301 ? 16 : id == 0x1302 ? 32 : 0;
    size_t secret_bytes = key_bytes == 32 ? 48 : 32;
    int result = 0;
    if (key_bytes && s->write_secret_bytes == secret_bytes && s->read_secret_bytes == secret_bytes)
        result = ctls_traffic_make(out, key_bytes, s->write_secret, s->read_secret, provider);
    OPENSSL_cleanse(s->write_secret, sizeof s->write_secret);
    OPENSSL_cleanse(s->read_secret, sizeof s->read_secret);
    s->write_secret_bytes = s->read_secret_bytes = 0;
    s->keep_secrets = 0;
    return result;
}

void ctls_traffic_destroy(ctls_traffic *t) {
    if (!t) return;
    EVP_CIPHER_CTX_free(t->write.evp);
    EVP_CIPHER_CTX_free(t->read.evp);
    size_t size = t->mapped;
    OPENSSL_cleanse(t, size);
    t->mapped = size;
    if (spare) munmap(t, size);
    else spare = t;
}

int ctls_traffic_provider(const ctls_traffic *t) { return t->provider; }
uint64_t ctls_traffic_written(const ctls_traffic *t) { return t->write.sequence; }
uint64_t ctls_traffic_read(const ctls_traffic *t) { return t->read.sequence; }

// ---- records -----------------------------------------------------------------------------------------------------
static void nonce(direction *d, uint8_t out[NONCE]) {
    memcpy(out, d->iv, NONCE);
    for (int i = 0; i < 8; i++) out[4 + i] ^= (uint8_t)(d->sequence >> (56 - 8 * i));
    d->sequence++;
}

int64_t ctls_seal(
    ctls_traffic *t, uint8_t type, const uint8_t *plain, size_t count, uint8_t *out, size_t capacity) {
    if (count > 16384 || capacity < HEADER + count + 1 + TAG) return -1;
    size_t sealed = count + 1 + TAG;
    uint8_t iv[NONCE];
    nonce(&t->write, iv);
    out[0] = 23; out[1] = 3; out[2] = 3; out[3] = (uint8_t)(sealed >> 8); out[4] = (uint8_t)sealed;
    uint8_t *body = out + HEADER;
    memmove(body, plain, count);
    body[count] = type;
#ifdef HAS_IPSEC_MB
    if (t->manager) {
        struct gcm_context_data context;
        if (t->key_bytes == 16)
            IMB_AES128_GCM_ENC(
                t->manager, &t->write.expanded, &context, body, body, count + 1, iv, out, HEADER, body + count + 1, TAG);
        else
            IMB_AES256_GCM_ENC(
                t->manager, &t->write.expanded, &context, body, body, count + 1, iv, out, HEADER, body + count + 1, TAG);
        return (int64_t)(HEADER + sealed);
    }
#endif
    int n = 0;
    EVP_CIPHER_CTX *c = t->write.evp;
    int ok = EVP_EncryptInit_ex(c, NULL, NULL, NULL, iv) == 1 && EVP_EncryptUpdate(c, NULL, &n, out, HEADER) == 1 &&
             EVP_EncryptUpdate(c, body, &n, body, (int)count + 1) == 1 && EVP_EncryptFinal_ex(c, body + n, &n) == 1 &&
             EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG, body + count + 1) == 1;
    return ok ? (int64_t)(HEADER + sealed) : -1;
}

int64_t ctls_open(ctls_traffic *t, const uint8_t *record, size_t count, uint8_t *plain) {
    if (count < HEADER + 1 + TAG) return -1;
    size_t inner = count - HEADER - TAG;
    const uint8_t *body = record + HEADER, *tag = body + inner;
    uint8_t iv[NONCE];
    nonce(&t->read, iv);
#ifdef HAS_IPSEC_MB
    if (t->manager) {
        struct gcm_context_data context;
        uint8_t made[TAG];
        if (t->key_bytes == 16)
            IMB_AES128_GCM_DEC(t->manager, &t->read.expanded, &context, plain, body, inner, iv, record, HEADER, made, TAG);
        else
            IMB_AES256_GCM_DEC(t->manager, &t->read.expanded, &context, plain, body, inner, iv, record, HEADER, made, TAG);
        if (CRYPTO_memcmp(made, tag, TAG) == 0) return (int64_t)inner;
        OPENSSL_cleanse(plain, inner);
        return -1;
    }
#endif
    int n = 0;
    EVP_CIPHER_CTX *c = t->read.evp;
    int ok = EVP_DecryptInit_ex(c, NULL, NULL, NULL, iv) == 1 && EVP_DecryptUpdate(c, NULL, &n, record, HEADER) == 1 &&
             EVP_DecryptUpdate(c, plain, &n, body, (int)inner) == 1 &&
             EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG, (void *)(uintptr_t)tag) == 1 &&
             EVP_DecryptFinal_ex(c, plain + n, &n) == 1; // compares the tag in constant time
    if (ok) return (int64_t)inner;
    OPENSSL_cleanse(plain, inner);
    return -1;
}
