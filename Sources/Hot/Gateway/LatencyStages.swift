import Rings
import Transport
import Units

/// Stages of the way from a tick to an order, each with its own histogram. docs/BENCHMARKS.md says what lies between the
/// stamps of each.
public enum LatencyStage: Int, Sendable, CaseIterable {
    /// Bytes taken from the ring → a whole message, decrypted. Feed thread.
    case decrypt
    /// Message taken → market events with the venue. Parse thread.
    case decode
    /// Frame received → the trade thread takes the event: both of the above, and the rings.
    case receiveToStep
    /// Event taken → all decisions taken, less the risk gate.
    case decide
    /// One order judged.
    case risk
    /// Decisions taken → their records in the journal's ring.
    case journal
    /// An order taken → its request signed and written.
    case encode
    /// Request written → its frame encrypted.
    case encrypt
    /// Frame encrypted → queued for the kernel.
    case submit
    /// The system call within which the kernel sends it.
    case kernelSend
    /// Frame received → order sent: all of the above.
    case tickToOrder

    public var name: String {
        switch self {
        case .decrypt: return "decrypt"
        case .decode: return "decode"
        case .receiveToStep: return "receive_to_step"
        case .decide: return "decide"
        case .risk: return "risk"
        case .journal: return "journal"
        case .encode: return "encode"
        case .encrypt: return "encrypt"
        case .submit: return "submit"
        case .kernelSend: return "kernel_send"
        case .tickToOrder: return "tick_to_order"
        }
    }
}

/// When a step of the core was where, by the trade thread's clock.
struct StepStamps {
    var began: Nanoseconds
    var decided: Nanoseconds
    var journalled: Nanoseconds
    var done: Nanoseconds
}

/// The first output of a step that was sent: when it was taken up, in ticks, and what its link stamped.
struct SendSteps {
    var began: UInt64
    var link: LinkStamps
}

/// One histogram per stage of the trade thread.
public struct StageHistograms: ~Copyable {
    var receiveToStep = LatencyHistogram()
    var decide = LatencyHistogram()
    var risk = LatencyHistogram()
    var journal = LatencyHistogram()
    var encode = LatencyHistogram()
    var encrypt = LatencyHistogram()
    var submit = LatencyHistogram()
    var kernelSend = LatencyHistogram()
    var tickToOrder = LatencyHistogram()
    private var next = 0

    public init() {}

    /// Shows one of them, in turn: each copy is 18 KB.
    mutating func publishNext() {
        switch next {
        case 0: receiveToStep.publish()
        case 1: decide.publish()
        case 2: risk.publish()
        case 3: journal.publish()
        case 4: encode.publish()
        case 5: encrypt.publish()
        case 6: submit.publish()
        case 7: kernelSend.publish()
        default: tickToOrder.publish()
        }
        next = next == 8 ? 0 : next + 1
    }

    /// Shows all of them; at the end of a run.
    mutating func publishAll() { for _ in 0..<9 { publishNext() } }

    /// Readers for the cold side; `decrypt` and `decode` are of the other agents' histograms.
    public func readers(decrypt: consuming LatencyReader, decode: consuming LatencyReader) -> StageReaders {
        StageReaders(
            decrypt: decrypt, decode: decode, receiveToStep: receiveToStep.reader(), decide: decide.reader(),
            risk: risk.reader(), journal: journal.reader(), encode: encode.reader(), encrypt: encrypt.reader(),
            submit: submit.reader(), kernelSend: kernelSend.reader(), tickToOrder: tickToOrder.reader())
    }
}

/// The cold side's view of the stages.
public struct StageReaders: ~Copyable {
    let decrypt: LatencyReader
    let decode: LatencyReader
    let receiveToStep: LatencyReader
    let decide: LatencyReader
    let risk: LatencyReader
    let journal: LatencyReader
    let encode: LatencyReader
    let encrypt: LatencyReader
    let submit: LatencyReader
    let kernelSend: LatencyReader
    let tickToOrder: LatencyReader

    /// A consistent copy; `nil` where nothing was shown yet, or the writer was faster than all attempts.
    public func read(_ stage: LatencyStage) -> LatencySnapshot? {
        switch stage {
        case .decrypt: return decrypt.tryRead()
        case .decode: return decode.tryRead()
        case .receiveToStep: return receiveToStep.tryRead()
        case .decide: return decide.tryRead()
        case .risk: return risk.tryRead()
        case .journal: return journal.tryRead()
        case .encode: return encode.tryRead()
        case .encrypt: return encrypt.tryRead()
        case .submit: return submit.tryRead()
        case .kernelSend: return kernelSend.tryRead()
        case .tickToOrder: return tickToOrder.tryRead()
        }
    }
}
