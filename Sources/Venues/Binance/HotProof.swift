#if HOT_PROOF
import Books
import Memory
import VenueKit
import Wire

/// Roots of the compiler's proof: what is called here neither allocates nor locks nor counts a reference, as far down as
/// it goes. In release builds alone, where an offence anywhere below is an error; never called.
enum HotProof {
    @_noLocks static func decode(
        _ decoder: borrowing OrderedDecoder, _ frame: ByteView, _ message: inout MarketMessage, _ bids: inout SlabList<Level>,
        _ asks: inout SlabList<Level>
    ) -> Bool { decoder.decode(frame, into: &message, bids: &bids, asks: &asks) }
}
#endif
