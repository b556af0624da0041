// What the benchmarks measure against: the ring's design in C, the bare cache-line ping-pong, and the wire-to-wire rig
// with its floor, a client that receives a frame and sends one and does nothing else. Used by `needletail bench` alone.
#ifndef CBENCH_H
#define CBENCH_H

#include <stddef.h>
#include <stdint.h>

/// 1: the calling thread goes before all others on its core (SCHED_FIFO), for bursts well under a second; 0: it no longer
/// does. 0, or an errno where this is not allowed.
int bench_take_priority(int on);
/// Notes the cores that the calling thread may use; the first call counts.
void bench_note_cores(void);
/// Gives the calling thread, and so what it starts, the noted cores back after it was pinned.
void bench_take_cores_back(void);
/// How often the scheduler took the core from the calling thread since it began.
int64_t bench_involuntary_switches(void);

// ---- rings ----

// All of these stand on memory that the caller gives, aligned to 128 bytes: how far a line is from each core depends on
// where it lies, so what is compared uses the same lines. `there` and `back` are `bench_ring_bytes` each.

enum { bench_ring_bytes = 256 + 1024 * 64 };

/// Nanoseconds per operation of `count` 64-byte messages through a 1024-slot ring, the consumer on `peer_core`.
double bench_c_ring_throughput(int core, int peer_core, void *_Nonnull there, uint64_t count);
/// Round trips of one 64-byte message through two rings; each in time-stamp-counter ticks into `out`.
void bench_c_ring_round_trips(int core, int peer_core, void *_Nonnull there, void *_Nonnull back, uint64_t *_Nonnull out,
                              size_t count);
/// Round trips of one word between two cores, nothing else. With `back` other than `there` each direction has a line of its
/// own, as two rings have; with the same one, one line goes to and fro.
void bench_cache_line_round_trips(int core, int peer_core, void *_Nonnull there, void *_Nonnull back, uint64_t *_Nonnull out,
                                  size_t count);

// ---- wire to wire ----

typedef struct bench_server bench_server;

/// A TLS 1.3 WebSocket server on 127.0.0.1, listening on a free port. 0, or -1 with words in `error`.
int bench_server_open(bench_server *_Nullable *_Nonnull out, const char *_Nonnull certificate, const char *_Nonnull key,
                      uint16_t *_Nonnull port, char *_Nonnull error, size_t error_bytes);
void bench_server_close(bench_server *_Nullable server);

typedef struct bench_wire_plan {
    int core;             // the server's thread is pinned here
    uint32_t warm_up;     // ticks that are not recorded
    uint32_t ticks;       // ticks recorded
    uint32_t interval_ns; // between two ticks, whether or not the last one was answered
    int priority;         // the thread goes before all others while it measures
    int checks_orders;    // each order must hold the tick's bid as text, and the side that the bid's move asks for
} bench_wire_plan;

typedef struct bench_wire_result {
    uint32_t answered;    // of the recorded ticks
    uint32_t wrong;       // answers that were not what the tick asked for
    int64_t switches;     // how often the scheduler took the core from the rig's thread while it measured
    char first_order[512];
    char cipher[64];
    char error[256];
} bench_wire_result;

/// Accepts one client, sends it book tickers at a steady pace and records, for each, the nanoseconds from the moment
/// it was due to be handed to the kernel to the moment its answer was read. Ends the connection. 0, or -1 with words in
/// `result`.
int bench_server_run(bench_server *_Nonnull server, const bench_wire_plan *_Nonnull plan, int64_t *_Nonnull samples,
                     bench_wire_result *_Nonnull result);

/// The floor: connects to 127.0.0.1, upgrades, and answers each TLS record with one fixed masked text frame of
/// `reply_bytes`; the engine's io_uring mode and TLS calls, no parsing. Returns when the server closes. 0, or -1.
/// The thread goes before all others from the first record on where `priority` says so. `switches`: how often the scheduler
/// took its core since then.
int bench_floor_run(uint16_t port, const char *_Nonnull ca_file, int core, int priority, size_t reply_bytes,
                    int64_t *_Nonnull switches, char *_Nonnull error, size_t error_bytes);

/// Bytes behind a text that the other parser may read.
enum { bench_json_padding = 64 };

/// Another JSON parser doing the decoder's work, in a library of its own (CBenchJSON beside this one): NULL, with words in `error`,
/// when that library is not there.
void *_Nullable bench_json_open(const char *_Nonnull path, char *_Nonnull error, size_t error_bytes);
void bench_json_close(void *_Nonnull parser);
/// One book ticker: its four numbers at scale 8 and the update id into `out`. 1 when taken.
int64_t bench_json_read_ticker(void *_Nonnull parser, const void *_Nonnull text, size_t count, int64_t *_Nonnull out);
/// One diff: the number of levels taken, or -1.
int64_t bench_json_read_depth(void *_Nonnull parser, const void *_Nonnull text, size_t count);
/// The instruction set that the parser chose on this processor.
const char *_Nonnull bench_json_name(void);

#endif
