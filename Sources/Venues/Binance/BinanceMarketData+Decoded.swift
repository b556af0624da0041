import Books
import Units
import VenueKit
import Wire

/// Decoding beforehand, for market files.
extension BinanceMarketData {
    public mutating func decode(_ frame: ByteView) -> MarketMessage {
        var message = MarketMessage()
        if let refusal = decoder.decode(frame, into: &message) { message = Self.refused(.refused, refusal) }
        return message
    }

    public mutating func decodeSnapshot(_ body: ByteView) -> MarketMessage {
        var message = MarketMessage()
        if let refusal = decoder.snapshot(body, lastUpdate: &message.lastUpdate) {
            return Self.refused(.refusedSnapshot, refusal)
        }
        message.kind = .snapshot
        return message
    }

    private static func refused(_ kind: MarketMessage.Kind, _ reason: FeedRefusal) -> MarketMessage {
        var message = MarketMessage()
        message.kind = kind
        message.refusal = reason
        return message
    }

    public var decodedBids: LevelView { LevelView(decoder.bids) }
    public var decodedAsks: LevelView { LevelView(decoder.asks) }
}
