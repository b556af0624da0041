import Agents
import Rings
import Transport
import Uring

/// When the frame that an order answers was where, in ticks of the processor's counter.
struct FrameStamps: BitwiseCopyable, Sendable {
    /// The turn that read it began: the completion may have waited that long.
    var turn: UInt64 = 0
    /// Its bytes were taken from the ring.
    var readBegan: UInt64 = 0
    /// Its last byte was plain text.
    var decrypted: UInt64 = 0
}

/// When its answer was where.
struct AnswerStamps {
    var stepBegan: UInt64
    var decided: UInt64
    var encoded: UInt64
}

/// The way of a tick through the engine's process, part by part. Recorded after the order has left.
struct WireStages: ~Copyable {
    /// Parts end to end, then the sums that have a target or had one.
    enum Part: Int, CaseIterable {
        case receive, decrypt, decode, decide, encode, encrypt, submit
        case decryptedToSealed, receiveToEncoded, receiveToSubmitted

        var name: String {
            switch self {
            case .receive: return "stage_receive"
            case .decrypt: return "stage_decrypt"
            case .decode: return "stage_decode"
            case .decide: return "stage_decide"
            case .encode: return "stage_encode"
            case .encrypt: return "stage_encrypt"
            case .submit: return "stage_submit"
            case .decryptedToSealed: return "decrypted_to_sealed"
            case .receiveToEncoded: return "receive_to_encoded"
            case .receiveToSubmitted: return "receive_to_submitted"
            }
        }

        /// What the bars say; nil for the sums.
        var words: String? {
            switch self {
            case .receive: return "completion"
            case .decrypt: return "decrypt"
            case .decode: return "decode, book"
            case .decide: return "strategy, risk, journal"
            case .encode: return "encode"
            case .encrypt: return "mask, encrypt"
            case .submit: return "submit"
            case .decryptedToSealed, .receiveToEncoded, .receiveToSubmitted: return nil
            }
        }
    }

    private var parts = InlineArray<10, LatencyHistogram> { _ in LatencyHistogram() }
    private let scale: TickScale

    init(_ clock: EngineClock) {
        precondition(Part.allCases.count == 10, "a part has no histogram")
        scale = TickScale(clock)
    }

    mutating func record(_ frame: FrameStamps, _ answer: AnswerStamps, _ link: LinkStamps) {
        record(.receive, frame.turn, frame.readBegan)
        record(.decrypt, frame.readBegan, frame.decrypted)
        record(.decode, frame.decrypted, answer.stepBegan)
        record(.decide, answer.stepBegan, answer.decided)
        record(.encode, answer.decided, answer.encoded)
        record(.encrypt, answer.encoded, link.sealed)
        record(.submit, link.sealed, link.taken)
        record(.decryptedToSealed, frame.decrypted, link.sealed)
        record(.receiveToEncoded, frame.turn, answer.encoded)
        record(.receiveToSubmitted, frame.turn, link.taken)
    }

    private mutating func record(_ part: Part, _ from: UInt64, _ to: UInt64) {
        parts[part.rawValue].record(scale.ns(from, to))
    }

    mutating func reset() { for index in 0..<10 { parts[index].reset() } }

    /// `figure` lines for the rig.
    var lines: [String] {
        Part.allCases.flatMap { part in
            [("p50", 0.5), ("p99", 0.99), ("p999", 0.999)].map { label, quantile in
                "figure \(part.name)_\(label) \(parts[part.rawValue].percentile(quantile))"
            }
        }
    }
}
