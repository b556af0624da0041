import Foundation
import TestSupport
import Testing
import Units

private let roundings: [String: Rounding] = [
    "down": .down, "up": .up, "floor": .floor, "ceiling": .ceiling, "half_up": .halfUp, "half_even": .halfEven,
]

/// What one vector came to.
private enum Outcome {
    case same
    case different(String)
    case skipped(String)
}

/// Runs one row: id, op, operands, scale, rounding, result, width in>out, exact|rounded.
private func run(_ row: [String]) -> Outcome {
    guard row.count == 8 else { return .different("a row of \(row.count) columns") }
    guard let rounding = roundings[row[4]] else { return .skipped("rounding \(row[4]) is not offered") }
    let expected = Int64(row[5])  // nil for div0, for i128 and for ovf: all are errors here
    let result: Int64?
    if row[1] == "rescale" {
        let parts = row[2].split(separator: "@").map(String.init)
        guard parts.count == 2, let from = Int(parts[1]), let exponent = Int(row[3]) else { return .different("unread") }
        guard let value = Int64(parts[0]) else { return .skipped("operand wider than Int64") }
        result = rescaled(value, from: from, to: -exponent, rounding: rounding)
    } else {
        let texts = row[2].split(separator: " ")
        let operands = texts.compactMap { Int64($0) }.map(Quantity.init(raw:))
        if operands.count != texts.count { return .skipped("operand wider than Int64") }
        guard let a = operands.first, row[3] == "8" else { return .different("unread") }
        let b = operands.last!
        switch row[1] {
        case "add": result = a.adding(b)?.raw
        case "subtract": result = a.subtracting(b)?.raw
        case "multiply": result = a.multiplied(by: b, rounding: rounding)?.raw
        case "divide": result = a.divided(by: b, rounding: rounding)?.raw
        case "divideint": result = a.dividedWhole(by: b)?.raw
        case "remainder": result = a.remainder(dividingBy: b)?.raw
        case "compare": result = a < b ? -1 : a == b ? 0 : 1
        case "min": result = min(a, b).raw
        case "max": result = max(a, b).raw
        case "abs": result = a.absolute()?.raw
        case "minus": result = a.negated()?.raw
        case "plus": result = a.raw
        case "snap": result = a.snapped(to: b, rounding: rounding)?.raw
        default: return .different("unknown operation")
        }
    }
    if result == expected { return .same }
    return .different("got \(result.map(String.init) ?? "an error")")
}

@Test func everyDecimalVectorThatAppliesIsMetExactly() throws {
    try SharedFiles.withUnpacked(
        "conformance/decimal/decimal-conformance.tar.gz", test: "everyDecimalVectorThatAppliesIsMetExactly"
    ) { place in
        for name in ["fixed_vectors.tsv", "generated_vectors.tsv"] {
            var same: [String: Int] = [:]
            var skipped: [String: Int] = [:]
            var differences = 0
            let rows = try SharedFiles.rows(place.appending(path: name))
            for row in rows {
                switch run(row) {
                case .same: same[row[1], default: 0] += 1
                case .skipped(let reason): skipped[reason, default: 0] += 1
                case .different(let what):
                    differences += 1
                    if differences <= 10 { Issue.record("\(name) \(row.joined(separator: " ")): \(what)") }
                }
            }
            let applied = same.values.reduce(0, +)
            #expect(differences == 0)
            #expect(applied > 10_000)
            #expect(applied + skipped.values.reduce(0, +) == rows.count)
            print("\(name): \(applied) equal, \(differences) different, of \(rows.count)")
            for (operation, count) in same.sorted(by: { $0.key < $1.key }) { print("  \(operation): \(count)") }
            for (reason, count) in skipped.sorted(by: { $0.key < $1.key }) { print("  skipped, \(reason): \(count)") }
        }
    }
}

@Test func theEdgesOfInt64AreErrorsAndNotTraps() {
    let least = Notional(raw: .min)
    let minusOne = Notional(raw: -fixedPointUnit)
    let tiny = Notional(raw: -1)
    for rounding in Rounding.allCases {
        #expect(least.divided(by: minusOne, rounding: rounding) == nil)
        #expect(least.divided(by: tiny, rounding: rounding) == nil)
        #expect(least.divided(by: Notional.zero, rounding: rounding) == nil)
        #expect(least.multiplied(by: least, rounding: rounding) == nil)
        #expect(least.snapped(to: Notional.max, rounding: .floor) == nil)
        #expect(rescaled(1, from: 900, to: -900, rounding: rounding) == (rounding == .up || rounding == .ceiling ? 1 : 0))
        #expect(rescaled(.max, from: -900, to: 900, rounding: rounding) == nil)
    }
    #expect(least.remainder(dividingBy: tiny) == .zero && least.dividedWhole(by: tiny) == nil)
    #expect(least.negated() == nil && least.absolute() == nil)
    #expect(least.adding(tiny) == nil && Notional.max.subtracting(tiny) == nil)
    #expect(Price(5, scale: 2, rounding: .down)?.raw == 5_000_000)
    #expect(Price(raw: 150_000_000).integer(scale: 0, rounding: .halfEven) == 2)
}
