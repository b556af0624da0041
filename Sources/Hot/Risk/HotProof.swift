#if HOT_PROOF
import Model

/// Roots of the compiler's proof: what is called here neither allocates nor locks nor counts a reference, as far down as
/// it goes. In release builds alone, where an offence anywhere below is an error; never called.
enum HotProof {
    @_noLocks static func evaluate(_ intent: Intent, _ context: RiskContext) -> RiskAnswer { RiskGate.evaluate(intent, context) }
}
#endif
