#if HOT_PROOF
import Units

/// Roots of the compiler's proof: what is called here neither allocates nor locks nor counts a reference, as far down as
/// it goes. In release builds alone, where an offence anywhere below is an error; never called.
enum HotProof {
    @_noLocks static func now(_ clock: inout EngineClock) -> Nanoseconds { clock.now() }
    @_noLocks static func idle(_ state: inout IdleState) { state.idle(work: 0) }
    @_noLocks static func turn(_ heartbeat: inout HeartbeatWriter) { heartbeat.turn(work: 1, began: .zero, tookNs: 5) }
}
#endif
