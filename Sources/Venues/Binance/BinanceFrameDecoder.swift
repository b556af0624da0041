import VenueKit
import Wire

/// The market-data decoder alone, without books and checks of sequence: for measuring and fuzzing. Allocates at `init`
/// only; one thread.
public struct BinanceFrameDecoder: ~Copyable {
    private var decoder: MarketDecoder

    /// Throws for symbols that cannot be used.
    public init(symbols: [BinanceSymbol]) throws(BinanceConfigurationError) {
        decoder = MarketDecoder(symbols: try NameTable(symbols: symbols))
    }

    /// Decodes one frame of the combined stream to fixed point; whether it is to be believed.
    public mutating func decode(_ frame: ByteView) -> Bool {
        var message = MarketMessage()
        return decoder.decode(frame, into: &message) == nil
    }
}
