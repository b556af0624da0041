#if HOT_PROOF
import Model
import Units

/// Roots of the compiler's proof: what is called here neither allocates nor locks nor counts a reference, as far down as
/// it goes. In release builds alone, where an offence anywhere below is an error; never called.
enum HotProof {
    @_noLocks static func step(_ state: OrderState, _ event: OrderEvent) -> OrderStep { OrderLifecycle.step(state, event) }
    @_noLocks static func apply(_ position: inout Position, _ fill: Fill, _ base: AssetID, _ quote: AssetID) -> Bool {
        position.apply(fill, base: base, quote: quote)
    }
    @_noLocks static func unrealised(_ position: Position, _ price: Price) -> Notional { position.unrealised(at: price) }
}
#endif
