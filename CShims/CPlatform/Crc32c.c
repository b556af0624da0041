// CRC-32C, reflected polynomial 0x82F63B78, start and end inverted. Slicing by eight in software; the SSE4.2
// instruction where the processor has it, chosen once before main.
#include "CPlatform.h"

#include <string.h>

static uint32_t table[8][256];

static uint32_t update_software(uint32_t crc, const uint8_t *p, size_t n) {
    for (; n >= 8; p += 8, n -= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        word ^= crc;
        crc = table[7][word & 255] ^ table[6][(word >> 8) & 255] ^ table[5][(word >> 16) & 255]
            ^ table[4][(word >> 24) & 255] ^ table[3][(word >> 32) & 255] ^ table[2][(word >> 40) & 255]
            ^ table[1][(word >> 48) & 255] ^ table[0][word >> 56];
    }
    for (; n > 0; p++, n--) crc = (crc >> 8) ^ table[0][(crc ^ *p) & 255];
    return crc;
}

static uint32_t (*update)(uint32_t, const uint8_t *, size_t) = update_software;

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t update_hardware(uint32_t crc, const uint8_t *p, size_t n) {
    uint64_t wide = crc;
    for (; n >= 8; p += 8, n -= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    crc = (uint32_t)wide;
    for (; n > 0; p++, n--) crc = __builtin_ia32_crc32qi(crc, *p);
    return crc;
}
#endif

__attribute__((constructor(101))) static void prepare(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? 0x82F63B78u : 0);
        table[0][i] = crc;
    }
    for (int k = 1; k < 8; k++)
        for (int i = 0; i < 256; i++) table[k][i] = (table[k - 1][i] >> 8) ^ table[0][table[k - 1][i] & 255];
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("sse4.2")) update = update_hardware;
#endif
}

uint32_t platform_crc32c(uint32_t seed, const void *bytes, size_t byte_count) {
    return ~update(~seed, (const uint8_t *)bytes, byte_count);
}

uint32_t platform_crc32c_software(uint32_t seed, const void *bytes, size_t byte_count) {
    return ~update_software(~seed, (const uint8_t *)bytes, byte_count);
}

int platform_crc32c_is_hardware(void) { return update != update_software; }
