#include "CBenchJSON.h"

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

using namespace simdjson;

static_assert(bench_json_padded_bytes >= SIMDJSON_PADDING, "the caller's buffers are padded enough");

namespace {

struct level { int64_t price, quantity; };

/// A decimal text at scale 8, exact or refused, as the venue writes it: digits, a point, at most eight digits.
inline bool decimal(std::string_view text, int64_t &out) {
    const char *p = text.data(), *end = p + text.size();
    if (p == end || text.size() > 19 || unsigned(*p - '0') > 9) return false;
    if (*p == '0' && text.size() > 1 && p[1] != '.') return false;
    uint64_t value = 0;
    while (p != end && unsigned(*p - '0') <= 9) value = value * 10 + unsigned(*p++ - '0');
    int places = 8;
    if (p != end) {
        if (*p++ != '.' || p == end) return false;
        while (p != end && unsigned(*p - '0') <= 9 && places > 0) {
            value = value * 10 + unsigned(*p++ - '0');
            places--;
        }
    }
    if (p != end) return false;
    static const uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    uint64_t scaled;
    if (__builtin_mul_overflow(value, powers[places], &scaled) || scaled > INT64_MAX) return false;
    out = int64_t(scaled);
    return true;
}

inline bool decimal(simdjson_result<ondemand::value> field, int64_t &out) {
    std::string_view text;
    return field.get_string().get(text) == SUCCESS && decimal(text, out);
}

} // namespace

struct bench_json {
    ondemand::parser parser;
    std::vector<level> bids, asks;
};

namespace {

inline bool side(simdjson_result<ondemand::value> field, std::vector<level> &out) {
    out.clear();
    ondemand::array rows;
    if (field.get_array().get(rows) != SUCCESS) return false;
    for (auto row : rows) {
        ondemand::array pair;
        if (row.get_array().get(pair) != SUCCESS) return false;
        int64_t numbers[2];
        size_t found = 0;
        for (auto number : pair) {
            std::string_view text;
            if (found == 2 || number.get_string().get(text) != SUCCESS || !decimal(text, numbers[found])) return false;
            found++;
        }
        if (found != 2 || numbers[0] <= 0 || numbers[1] < 0) return false;
        out.push_back({numbers[0], numbers[1]});
    }
    return true;
}

} // namespace

bench_json *bench_json_begin(void) {
    auto *made = new bench_json;
    made->bids.reserve(8192);
    made->asks.reserve(8192);
    if (made->parser.allocate(1 << 20) != SUCCESS) abort();
    return made;
}

void bench_json_end(bench_json *parser) { delete parser; }

int64_t bench_json_ticker(bench_json *json, const void *text, size_t count, int64_t *out) {
    ondemand::document document;
    padded_string_view view(static_cast<const char *>(text), count, count + bench_json_padded_bytes);
    if (json->parser.iterate(view).get(document) != SUCCESS) return 0;
    std::string_view stream, symbol;
    ondemand::object data;
    if (document["stream"].get_string().get(stream) != SUCCESS || stream != "btcusdt@bookTicker") return 0;
    if (document["data"].get_object().get(data) != SUCCESS) return 0;
    int64_t update;
    if (data["u"].get_int64().get(update) != SUCCESS || update <= 0) return 0;
    if (data["s"].get_string().get(symbol) != SUCCESS || symbol != "BTCUSDT") return 0;
    if (!decimal(data["b"], out[0]) || !decimal(data["B"], out[1]) || !decimal(data["a"], out[2])
        || !decimal(data["A"], out[3])) return 0;
    out[4] = update;
    return out[0] > 0 && out[1] > 0 && out[2] > out[0] && out[3] > 0;
}

int64_t bench_json_depth(bench_json *json, const void *text, size_t count) {
    ondemand::document document;
    padded_string_view view(static_cast<const char *>(text), count, count + bench_json_padded_bytes);
    if (json->parser.iterate(view).get(document) != SUCCESS) return -1;
    std::string_view stream, event, symbol;
    ondemand::object data;
    if (document["stream"].get_string().get(stream) != SUCCESS || stream != "btcusdt@depth@100ms") return -1;
    if (document["data"].get_object().get(data) != SUCCESS) return -1;
    int64_t time, first, last;
    if (data["e"].get_string().get(event) != SUCCESS || event != "depthUpdate") return -1;
    if (data["E"].get_int64().get(time) != SUCCESS || time < 0) return -1;
    if (data["s"].get_string().get(symbol) != SUCCESS || symbol != "BTCUSDT") return -1;
    if (data["U"].get_int64().get(first) != SUCCESS || data["u"].get_int64().get(last) != SUCCESS) return -1;
    if (first <= 0 || first > last) return -1;
    if (!side(data["b"], json->bids) || !side(data["a"], json->asks)) return -1;
    return int64_t(json->bids.size() + json->asks.size());
}

const char *bench_json_implementation(void) {
    static const std::string name = get_active_implementation()->name();
    return name.c_str();
}
