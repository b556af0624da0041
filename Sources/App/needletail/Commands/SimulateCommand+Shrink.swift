import ArgumentParser
import Foundation
import Simulation
import Units
import WorldRoster

/// What is done with a failing seed, and with rules broken on purpose.
extension SimulateCommand {
    /// Cuts the failure down, writes the faults that are left, and prints the line that repeats it with them.
    func shrink(_ failure: Failure, _ plan: Plan) throws {
        let path = shrunk ?? "seed-\(failure.seed).faults"
        print("cutting it down")
        var shrinker = Shrinker(
            span: plan.span, faults: plan.faults(failure.seed), violation: failure.violations[0]
        ) { span, faults in
            var settings = plan.settings(failure.seed)
            settings.span = span
            settings.faults = faults
            let outcome = try WorldOutcome(try RosterWorld.engine(seed: failure.seed), settings)
            return (outcome.violations.first, outcome.faults.history)
        }
        let found = try shrinker.shrink()
        let span = found.span
        let command = Self.command(failure.seed, span, faults: path, only: nil, canary: canary)
        let text = found.faults.text(heading: ["What is left of seed \(failure.seed): \(found.violation)", command])
        do {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            throw ToolError("\(path) cannot be written: \(error.localizedDescription)", cure: "name another with --shrunk")
        }
        let classes = Set(found.faults.script.map(\.fault)).union(found.faults.rates.keys)
        print("seed \(failure.seed): \(found.violation)")
        print(
            "shrunk in \(found.trials) histories to \(span.milliseconds / 1000) s, \(classes.count) classes, "
                + "\(found.faults.script.count) faults: \(path)")
        print("repeat it with: \(command)")
    }

    /// Each canary until it is caught, on a handful of seeds.
    func release(_ plan: Plan) async throws {
        var missed = 0
        for canary in Canary.allCases {
            var caught: String?
            for seed in seed..<seed + 20 where caught == nil {
                var settings = plan.settings(seed)
                settings.span = Nanoseconds(seconds: 7200)
                settings.canary = canary
                let found = try WorldOutcome(try RosterWorld.engine(seed: seed), settings).violations
                if let violation = found.first(where: { $0.invariant == canary.invariant }) {
                    caught = "seed \(seed), \(violation)"
                } else if let other = found.first {
                    caught = "seed \(seed), by another check: \(other)"
                }
            }
            print("canary \(canary.rawValue) \(canary): \(caught.map { "caught, \($0)" } ?? "NOT CAUGHT")")
            if caught == nil || caught!.contains("another check") { missed += 1 }
        }
        print("canaries caught by their invariant: \(Canary.allCases.count - missed) of \(Canary.allCases.count)")
        guard missed == 0 else { throw ExitCode(1) }
    }
}
