#if HOT_PROOF
import Units

/// Roots of the compiler's proof: what is called here neither allocates nor locks nor counts a reference, as far down as
/// it goes. In release builds alone, where an offence anywhere below is an error; never called.
enum HotProof {
    @_noLocks static func input(_ input: Input) -> Record { input.record(sequence: 1, time: .zero) }
    @_noLocks static func output(_ output: Output) -> Record { output.record(sequence: 1, time: .zero) }
    @_noLocks static func hash(_ hash: inout DecisionHash, _ record: Record) { hash.fold(record) }
    @_noLocks static func beat(_ beat: inout EngineBeat) { beat.beat(at: .zero, state: .live) }
}
#endif
