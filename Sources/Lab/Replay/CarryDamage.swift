import Journal
import Model
import Units

/// Why a journal does not say what its runs left.
package enum CarryDamage: Error, Sendable, Equatable {
    case journal(JournalDamage)
    /// Nothing says which instruments the run had.
    case unknownRun(UInt32)
    case overflow(UInt32, String)
    /// The core's position and the sum of its fills differ.
    case mismatch(UInt32, String, core: Quantity, journal: Quantity)
    /// The journal does not begin with its first segment, and no run in it was told what came before.
    case missing(String)

    package var sentence: String {
        switch self {
        case .journal(let damage): return damage.sentence
        case .unknownRun(let run): return "nothing says which instruments run \(run) had: \(run).run.json is missing or unreadable"
        case .overflow(let run, let symbol): return "run \(run): the fills of \(symbol) do not add up to a number that fits"
        case .mismatch(let run, let symbol, let core, let journal):
            return "run \(run): \(symbol) was \(core) by the engine, and its fills add up to \(journal)"
        case .missing(let file): return "\(file) is the oldest segment, and what came before it is not known"
        }
    }
}
