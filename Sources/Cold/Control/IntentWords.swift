import Model
import Telemetry
import Units

/// A reviewed order as its operator reads it before he confirms.
package struct IntentWords: Sendable {
    package var review: IntentReview
    package var symbol: String
    package var base: String
    package var quote: String
    /// The two numbers behind the verdict, in their unit.
    package var numbers: String
    /// How long the confirmation is awaited.
    package var lifetime: Nanoseconds

    package init(
        review: IntentReview, symbol: String, base: String, quote: String, numbers: String, lifetime: Nanoseconds
    ) {
        self.review = review
        self.symbol = symbol
        self.base = base
        self.quote = quote
        self.numbers = numbers
        self.lifetime = lifetime
    }

    private var order: String {
        let intent = review.intent
        let kind: String
        switch intent.timeInForce {
        case .goodTillCancel: kind = "rests until it is filled or cancelled"
        case .immediateOrCancel: kind = "takes what is there at once, the rest is cancelled"
        case .fillOrKill: kind = "is filled whole at once or not at all"
        case .postOnly: kind = "rests or is refused"
        }
        return "\(intent.side == .buy ? "BUY" : "SELL") \(intent.quantity) \(base) of \(symbol) at \(intent.price) \(quote): \(kind)"
    }

    private var worth: String {
        review.intent.price.times(review.intent.quantity, rounding: .ceiling).map { "\($0)" } ?? "too much to say"
    }

    package var words: [String] {
        [
            "order        \(order)", "worth        \(worth) \(quote)",
            "gate         \(review.verdict.name)\(numbers)",
            "worst case   position from \(review.worstShort) to \(review.worstLong) \(base), open orders included",
            "valid        \(lifetime.raw / 1_000_000_000) s, once; it is judged again when it is confirmed",
        ]
    }

    /// Why it cannot be confirmed, where the gate says so.
    package var refusal: String { "the gate refuses it: \(review.verdict.name)\(numbers)" }

    package var members: [JSONMember] {
        [
            JSONMember("intent", .count(review.id)), JSONMember("verdict", .string(review.verdict.name)),
            JSONMember("value_raw", .integer(review.value)), JSONMember("limit_raw", .integer(review.limit)),
            JSONMember("worst_long", .money(review.worstLong)), JSONMember("worst_short", .money(review.worstShort)),
            JSONMember("words", .array(words.map { .string($0) })),
        ]
    }
}
