#if HOT_PROOF
/// Roots of the compiler's proof: what is called here neither allocates nor locks nor counts a reference, as far down as
/// it goes. In release builds alone, where an offence anywhere below is an error; never called.
enum HotProof {
    @_noLocks static func times(_ a: Price, _ b: Quantity) -> Notional? { a.times(b, rounding: .up) }
    @_noLocks static func snapped(_ a: Price, _ step: Price) -> Price? { a.snapped(to: step, rounding: .down) }
    @_noLocks static func sum(_ a: Notional, _ b: Notional) -> Notional? { a.adding(b) }
    @_noLocks static func difference(_ a: Quantity, _ b: Quantity) -> Quantity? { a.subtracting(b) }
    @_noLocks static func product(_ a: Notional, _ b: Quantity) -> Notional? { a.multiplied(by: b, rounding: .halfEven) }
    @_noLocks static func quotient(_ a: Notional, _ b: Quantity) -> Notional? { a.divided(by: b, rounding: .halfEven) }
    @_noLocks static func scaled(_ a: Int64) -> Int64? { rescaled(a, from: 8, to: 2, rounding: .up) }
}
#endif
