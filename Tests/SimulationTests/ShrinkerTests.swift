import Simulation
import Testing
import Units
import WorldRoster

@Suite struct ShrinkerTests {
    private func violation(_ invariant: Invariant, _ seconds: Double) -> Violation {
        Violation(invariant: invariant, seconds: seconds, detail: "")
    }

    /// A world that breaks when a lost fill comes after a cut; all else is beside the point.
    private func breaks(_ faults: FaultSettings) -> Double? {
        guard let cut = faults.script.filter({ $0.fault == .orderCut }).map(\.at).min() else { return nil }
        let fill = faults.script.filter { $0.fault == .lostFill && $0.at > cut }.map(\.at).min()
        return fill.map { Double($0.milliseconds) / 1000 + 2 }
    }

    @Test func `Two faults among a thousand are found, and the time is cut behind them`() throws {
        var script: [FaultOccurrence] = []
        for index in 0..<1000 {
            let fault = FaultClass.allCases[index % FaultClass.allCases.count]
            if fault == .orderCut || fault == .lostFill { continue }
            script.append(FaultOccurrence(fault, at: Nanoseconds(seconds: Int64(index * 3))))
        }
        script.append(FaultOccurrence(.orderCut, at: Nanoseconds(seconds: 700)))
        script.append(FaultOccurrence(.lostFill, at: Nanoseconds(seconds: 900)))
        script.append(FaultOccurrence(.lostFill, at: Nanoseconds(seconds: 300)))
        var shrinker = Shrinker(
            span: Nanoseconds(seconds: 7200), faults: FaultSettings(script: script),
            violation: violation(.positionIsSumOfFills, 902)
        ) { span, faults in
            let seen = FaultSettings(script: faults.script.filter { $0.at <= span })
            return (breaks(seen).map { violation(.positionIsSumOfFills, $0) }, seen.script)
        }
        let found = try shrinker.shrink()
        #expect(Set(found.faults.script.map(\.fault)) == [.orderCut, .lostFill])
        #expect(found.faults.script.count == 2)
        #expect(found.span >= Nanoseconds(seconds: 900) && found.span <= Nanoseconds(seconds: 903))
        #expect(found.trials < 200)
    }

    @Test func `Another invariant's break is not taken for it`() throws {
        let script = [FaultOccurrence(.orderCut, at: .zero), FaultOccurrence(.lostFill, at: Nanoseconds(seconds: 5))]
        var shrinker = Shrinker(
            span: Nanoseconds(seconds: 60), faults: FaultSettings(script: script), violation: violation(.replayIsEqual, 7)
        ) { _, faults in
            (violation(faults.script.count == 2 ? .replayIsEqual : .exposureWithinCap, 7), faults.script)
        }
        #expect(try shrinker.shrink().faults.script.count == 2)
    }

    @Test func `It ends at its limit of histories with what it has`() throws {
        let script = (0..<300).map { FaultOccurrence(.lostReply, at: Nanoseconds(seconds: Int64($0))) }
        var played = 0
        var shrinker = Shrinker(
            span: Nanoseconds(seconds: 600), faults: FaultSettings(script: script),
            violation: violation(.clientIDLeavesOnce, 599), limit: 20
        ) { _, faults in
            played += 1
            return (faults.script.count >= 150 ? violation(.clientIDLeavesOnce, 599) : nil, faults.script)
        }
        #expect(try shrinker.shrink().faults.script.count >= 150)
        #expect(played <= 20)
    }

    /// An order sent again on a time-out needs one lost answer; the seed has scores of other faults.
    @Test func `A rule broken on purpose is cut down to the fault that it needs`() throws {
        let seed: UInt64 = 8
        let span = Nanoseconds(seconds: 120)
        let first = try #require(try playWorld(seed, seconds: 120, canary: .resentOnTimeout).violations.first)
        #expect(first.invariant == .clientIDLeavesOnce)
        var shrinker = Shrinker(span: span, faults: .drawn(seed: seed), violation: first, limit: 60) { span, faults in
            let outcome = try WorldOutcome(
                try RosterWorld.engine(seed: seed),
                WorldSettings(
                    seed: seed, span: span, canary: .resentOnTimeout, faults: faults, directory: Campaign.directory(seed)))
            return (outcome.violations.first, outcome.faults.history)
        }
        let found = try shrinker.shrink()
        #expect(found.faults.rates.isEmpty)
        #expect(found.faults.script.count <= 3, "\(found.faults.text())")
        #expect(found.violation.invariant == .clientIDLeavesOnce)
        let again = try WorldOutcome(
            try RosterWorld.engine(seed: seed),
            WorldSettings(
                seed: seed, span: found.span, canary: .resentOnTimeout, faults: try FaultSettings(text: found.faults.text()),
                directory: Campaign.directory(seed)))
        #expect(again.violations.first?.invariant == .clientIDLeavesOnce, "the printed file repeats it")
    }
}
