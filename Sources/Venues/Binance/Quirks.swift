import Units

/// Binance Spot facts that are not obvious, each with what we do about it.
///
/// * `bookTicker` carries no time and no event name; partial depth carries no symbol: only the stream's name tells.
/// * The documented bridge rule ("the snapshot's id lies within U...u") is too narrow: `U == id + 1` is the normal case.
///   We take `U <= id + 1 <= u`.
/// * A diff may precede the ticker of the same change or follow it: the newer update id wins.
/// * A cancel renames the order: `clientOrderId` in its answer is the cancel's id, ours is `origClientOrderId`, and `C`
///   in the stream. So: `C`, else `c`.
/// * There is no GTX on Spot: post-only is the type `LIMIT_MAKER`, and then `timeInForce` must be absent (-1106).
/// * -2010 is balance, post-only crossing, duplicate id and more: only the text tells.
/// * -1006, -1007 and every 5xx leave the outcome open; -1008 (throttled) is a certain refusal although it is a 503.
/// * 200 answers of the WebSocket API may come before or after the stream's event of the same order.
/// * `openOrders` of nothing open answers -2011 to a cancel of all; that is success for us.
/// * HMAC keys cannot log on a session: they sign every request, and subscribe by signature.
/// * The signature's payload is sorted and not percent-encoded on the WebSocket, in sending order and encoded on REST.
/// * Order ids pass 2^53: never through a floating point number.
///
/// What is computed is not stored: a stored constant would be made behind a lock, when it is first asked for.
enum Quirks {
    /// Milliseconds that a signed request stays valid at the venue.
    static let receiveWindow: Int64 = 5000
    /// Levels per side of a depth snapshot: 50 of the 6000 weight of a minute.
    static let snapshotLimit = 1000
    /// Levels per side that a local book holds; the furthest fall out.
    static let bookCapacity = 16_384
    /// Diffs and their levels that are kept while a snapshot is under way: 100 s of a busy symbol.
    static let bufferedDiffs = 1024
    static let bufferedLevels = 131_072
    /// Levels per side in one message: the largest seen in a recording was 1226, a snapshot has up to 5000.
    static let messageLevels = 8192
    /// Between two snapshot requests of a symbol, doubled with each failure up to the second.
    static var snapshotBackoffMin: Nanoseconds { Nanoseconds(milliseconds: 500) }
    static var snapshotBackoffMax: Nanoseconds { Nanoseconds(seconds: 16) }
    /// When a snapshot request without an answer is given up.
    static var snapshotTimeout: Nanoseconds { Nanoseconds(seconds: 10) }
    /// How often an unchanged but confirmed top of book is published again, so that its age says something.
    static var topRefresh: Nanoseconds { Nanoseconds(milliseconds: 200) }
    /// How long a ban counts where the venue does not say: its shortest. No hold is believed to last longer than the second.
    static var banAssumed: Nanoseconds { Nanoseconds(seconds: 120) }
    static var holdMax: Nanoseconds { Nanoseconds(seconds: 259_200) }
    /// How long log-on and subscription may take.
    static var logonTimeout: Nanoseconds { Nanoseconds(seconds: 10) }
    /// When a request without an answer leaves the in-flight table: the venue itself gives up after 10 s.
    static var requestTimeout: Nanoseconds { Nanoseconds(seconds: 30) }
}
