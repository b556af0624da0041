// simdjson's on-demand parser doing the same work as our decoder: a library that `needletail bench decode` loads when it is
// there (CBench/JSON.c).
#ifndef NEEDLETAIL_CBENCHJSON_H
#define NEEDLETAIL_CBENCHJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes behind a message that the parser may read.
enum { bench_json_padded_bytes = 64 };

typedef struct bench_json bench_json;

/// A parser with room for its levels. Never freed before `bench_json_end`.
bench_json *_Nonnull bench_json_begin(void);
void bench_json_end(bench_json *_Nonnull parser);

/// One book ticker of the combined stream: stream, symbol and all numbers, at scale 8. 1 when taken.
int64_t bench_json_ticker(bench_json *_Nonnull parser, const void *_Nonnull text, size_t count, int64_t *_Nonnull out);

/// One depth diff of the combined stream; the number of levels taken, or -1.
int64_t bench_json_depth(bench_json *_Nonnull parser, const void *_Nonnull text, size_t count);

/// The name of the instruction set it chose on this processor.
const char *_Nonnull bench_json_implementation(void);

#ifdef __cplusplus
}
#endif

#endif
