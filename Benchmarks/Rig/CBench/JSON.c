#include "CBench.h"

#include <dlfcn.h>
#include <stdio.h>

// Loaded when asked for: nothing that trades depends on another parser's library.
static struct {
    void *(*begin)(void);
    void (*end)(void *);
    int64_t (*ticker)(void *, const void *, size_t, int64_t *);
    int64_t (*depth)(void *, const void *, size_t);
    const char *(*implementation)(void);
} peer;

static void *function(void *library, const char *name, char *error, size_t error_bytes) {
    void *found = dlsym(library, name);
    if (found == NULL) snprintf(error, error_bytes, "%s is missing in it", name);
    return found;
}

void *bench_json_open(const char *path, char *error, size_t error_bytes) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        snprintf(error, error_bytes, "%s", dlerror());
        return NULL;
    }
    struct { const char *name; void **place; } wanted[] = {
        {"bench_json_begin", (void **)&peer.begin}, {"bench_json_end", (void **)&peer.end},
        {"bench_json_ticker", (void **)&peer.ticker}, {"bench_json_depth", (void **)&peer.depth},
        {"bench_json_implementation", (void **)&peer.implementation},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        *wanted[i].place = function(library, wanted[i].name, error, error_bytes);
        if (*wanted[i].place == NULL) return NULL;
    }
    return peer.begin();
}

void bench_json_close(void *parser) { peer.end(parser); }

int64_t bench_json_read_ticker(void *parser, const void *text, size_t count, int64_t *out) {
    return peer.ticker(parser, text, count, out);
}

int64_t bench_json_read_depth(void *parser, const void *text, size_t count) { return peer.depth(parser, text, count); }

const char *bench_json_name(void) { return peer.implementation(); }
