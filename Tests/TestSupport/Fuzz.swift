import Foundation
import Testing

/// What one input came to.
public enum FuzzOutcome {
    /// The parser took the input.
    case taken
    /// The parser refused it and said why.
    case refused
    /// The property does not hold.
    case wrong(String)
}

/// Inputs for one parser until the rounds or the time are over: first the corpus as it is, then mutations of it.
///
/// `NEEDLETAIL_SEED` sets the seed, `NEEDLETAIL_FUZZ_SECONDS` the time of each fuzzer (and lifts the bound on rounds),
/// `NEEDLETAIL_FUZZ_INPUT` (hex) gives the one input to try. A failing input is made smaller and printed as hex; when
/// the code under test traps, the input is printed before the process ends. An input that costs more than a second of
/// CPU time is a failure, too: a parser's work is bounded by its input.
public func fuzz(
    _ name: String, corpus: [[UInt8]], rounds: Int = 20_000, seconds: Double = 2, expectsTaken: Bool = true,
    mutate: (inout Dice) -> [UInt8], property: ([UInt8]) throws -> FuzzOutcome
) {
    oneAtATime.lock()
    defer { oneAtATime.unlock() }
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["NEEDLETAIL_SEED"].flatMap { UInt64($0) } ?? 20_261_121
    let longer = environment["NEEDLETAIL_FUZZ_SECONDS"].flatMap { Double($0) }
    var counts = FuzzCounts()
    let started = ContinuousClock.now
    TrapNote.watching(name) {
        if let text = environment["NEEDLETAIL_FUZZ_INPUT"] {
            counts.add(judge(hexBytes(text), property), hexBytes(text), name: name, seed: seed, property)
            return
        }
        for input in corpus { counts.add(judge(input, property), input, name: name, seed: seed, property) }
        var dice = Dice(seed: seed)
        let end = started + .seconds(longer ?? seconds)
        while counts.wrong < 3, counts.all < rounds || longer != nil, ContinuousClock.now < end {
            let input = mutate(&dice)
            counts.add(judge(input, property), input, name: name, seed: seed, property)
        }
    }
    // A fuzzer whose corpus is refused would try nothing but the refusal.
    if expectsTaken, counts.taken == 0, counts.wrong == 0, environment["NEEDLETAIL_FUZZ_INPUT"] == nil {
        Issue.record("fuzzer \"\(name)\": no input was taken, so the corpus is not what the parser reads")
    }
    let time = String(format: "%.1f", (ContinuousClock.now - started) / .seconds(1))
    print("fuzz \(name): \(counts.all) inputs, \(counts.taken) taken, \(counts.refused) refused, \(counts.wrong) wrong, seed \(seed), \(time) s")
}

private let oneAtATime = NSLock()

private struct FuzzCounts {
    var taken = 0, refused = 0, wrong = 0
    var all: Int { taken + refused + wrong }

    mutating func add(
        _ outcome: FuzzOutcome, _ input: [UInt8], name: String, seed: UInt64, _ property: ([UInt8]) throws -> FuzzOutcome
    ) {
        switch outcome {
        case .taken: taken += 1
        case .refused: refused += 1
        case .wrong(let complaint):
            wrong += 1
            let small = minimised(input) { if case .wrong = judge($0, property) { true } else { false } }
            let hex = small.map { String(format: "%02x", $0) }.joined()
            Issue.record(
                """
                fuzzer "\(name)", seed \(seed), input \(all): \(complaint)
                smallest input (\(small.count) bytes): \(String(decoding: small, as: UTF8.self).debugDescription)
                again with NEEDLETAIL_FUZZ_INPUT=\(hex)
                """)
        }
    }
}

private func judge(_ input: [UInt8], _ property: ([UInt8]) throws -> FuzzOutcome) -> FuzzOutcome {
    TrapNote.trying(input)
    let before = threadSeconds()
    let outcome: FuzzOutcome
    do { outcome = try property(input) } catch { return .wrong("an error that the parser does not declare: \(error)") }
    let cost = threadSeconds() - before
    return cost > 1 ? .wrong("\(cost) s of CPU time") : outcome
}

private func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// The bytes that pairs of hex digits write; digits that make no pair are left out.
public func hexBytes(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count / 2 * 2, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
