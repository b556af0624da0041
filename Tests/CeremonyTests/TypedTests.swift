import Foundation
import Model
import TestSupport
import Testing
import Units

@testable import Control

/// A line as it is typed at the control socket, and the word that it means to the rules.
struct Line: Sendable {
    var name: String
    /// With the hashes that the typist was shown.
    var text: @Sendable (Typist) -> String
    /// `nil` where it means nothing to them: it asks, or is no request at all.
    var word: @Sendable (Typist) -> Word?
    /// It must be refused, in whatever state.
    var isWrong = false

    private static func plain(_ name: String, _ members: String, _ word: Word?) -> Line {
        Line(name: name, text: { _ in "{\"id\":1,\(members)}" }, word: { _ in word })
    }
    /// A line that no parser may take.
    private static func wrong(_ name: String, _ text: @escaping @Sendable (Typist) -> String) -> Line {
        Line(name: name, text: text, word: { _ in nil }, isWrong: true)
    }
    private static func staged(_ name: String, _ seconds: Int64) -> Line {
        Line(
            name: name, text: { _ in "{\"id\":1,\"verb\":\"stage\",\"lifetime_s\":\(seconds)}" },
            word: { $0.engine.isStopped ? nil : .stage($0.mandate(seconds)) })
    }
    /// The hash that was shown, or one that differs in its last digit.
    private static func hashed(_ verb: String, isRight: Bool, _ word: @escaping @Sendable (UInt64) -> Word) -> Line {
        @Sendable func hash(_ typist: Typist) -> UInt64 { Mandate.parse(typist.shown)! ^ (isRight ? 0 : 1) }
        return Line(
            name: isRight ? verb : "\(verb) with a wrong hash",
            text: { "{\"id\":1,\"verb\":\"\(verb)\",\"hash\":\"\(isRight ? $0.shown : Mandate.display(hash($0)))\"}" },
            word: { word(hash($0)) })
    }
    private static func review(_ name: String, _ further: Int64, _ flip: UInt64, _ word: Word) -> Line {
        Line(
            name: name,
            text: {
                let hash = Mandate.display(Mandate.parse($0.review.hash)! ^ flip)
                return "{\"id\":1,\"verb\":\"confirm\",\"intent\":\($0.review.number + further),\"hash\":\"\(hash)\"}"
            },
            word: { $0.engine.isStopped ? nil : word })
    }

    private static let byHand = "\"side\":\"BUY\",\"symbol\":\"BTCUSDT\",\"quantity\":\"0.01\",\"price\":\"49990\""

    static let all: [Line] = [
        staged("stage", 3600), staged("stage for a minute", 60),
        hashed("arm", isRight: true) { .arm($0) }, hashed("arm", isRight: false) { .arm($0) },
        hashed("confirm", isRight: true) { .confirm($0) }, hashed("confirm", isRight: false) { .confirm($0) },
        plain("disarm", "\"verb\":\"disarm\"", .disarm), plain("stop", "\"verb\":\"stop\",\"reason\":\"lunch\"", .stop),
        plain("start", "\"verb\":\"start\"", nil), plain("kill", "\"verb\":\"kill\"", .kill),
        plain("flatten", "\"verb\":\"flatten\"", .flatten),
        plain("unlatch", "\"verb\":\"unlatch\",\"reason\":\"looked at the venue\"", .unlatch),
        plain("incident", "\"verb\":\"incident\",\"text\":\"the venue was asked, all is well\"", .incident),
        plain("incident in no words", "\"verb\":\"incident\",\"text\":\"ok         ok  \"", .shortIncident),
        Line(
            name: "intent", text: { _ in "{\"id\":1,\"verb\":\"intent\",\(byHand)}" },
            word: { $0.engine.isStopped ? nil : .intent }),
        review("confirm the review", 0, 0, .confirmIntent), review("confirm it with a wrong hash", 0, 1, .confirmIntentWithWrongHash),
        review("confirm another review", 1, 0, .confirmWrongIntent),
        plain("cancel", "\"verb\":\"cancel\",\"client_id\":\"nt-00000010000001\"", .cancelOrder),
        plain("lower a limit", "\"verb\":\"limit\",\"name\":\"max_order_quantity\",\"value\":\"0.00001\",\"reason\":\"less\"", .lowerLimit),
        plain("restore it", "\"verb\":\"limit\",\"name\":\"max_order_quantity\",\"value\":\"1\",\"reason\":\"as it was\"", .restoreLimit),
        plain("raise it", "\"verb\":\"limit\",\"name\":\"max_order_quantity\",\"value\":\"2\",\"reason\":\"more\"", .raiseLimit),
        plain("strategy off", "\"verb\":\"strategy\",\"name\":\"quoter\",\"to\":\"off\",\"reason\":\"odd\"", .strategyOff),
        plain("strategy on", "\"verb\":\"strategy\",\"name\":\"quoter\",\"to\":\"on\",\"reason\":\"well\"", .strategyOn),
        plain("instrument off", "\"verb\":\"instrument\",\"name\":\"BTCUSDT\",\"to\":\"off\",\"reason\":\"odd\"", .instrumentOff),
        plain("instrument on", "\"verb\":\"instrument\",\"name\":\"BTCUSDT\",\"to\":\"on\",\"reason\":\"well\"", .instrumentOn),
        plain("failover", "\"verb\":\"failover\"", .failover),
        plain("resolve", "\"verb\":\"resolve\",\"client_id\":\"nt-00000010000001\",\"as\":\"filled\",\"reason\":\"seen\"", nil),
        plain("status", "\"verb\":\"status\"", nil), plain("checklist", "\"verb\":\"checklist\"", nil),
        wrong("ARM") { "{\"id\":1,\"verb\":\"ARM\",\"hash\":\"\($0.shown)\"}" },
        wrong("arm without a hash") { _ in "{\"id\":1,\"verb\":\"arm\"}" },
        wrong("confirm with a word too many") { "{\"id\":1,\"verb\":\"confirm\",\"hash\":\"\($0.shown)\",\"force\":true}" },
        wrong("confirm of half a hash") { "{\"id\":1,\"verb\":\"confirm\",\"hash\":\"\($0.shown.prefix(9))\"}" },
        wrong("confirm as it is said") { "confirm \($0.shown)" },
        wrong("a review by its name") { "{\"id\":1,\"verb\":\"confirm\",\"intent\":\"\($0.review.number)\",\"hash\":\"\($0.review.hash)\"}" },
        wrong("an intent in numbers") { _ in "{\"id\":1,\"verb\":\"intent\",\"side\":\"BUY\",\"symbol\":\"BTCUSDT\",\"quantity\":0.01,\"price\":49990}" },
        wrong("a stage without an end") { _ in "{\"id\":1,\"verb\":\"stage\",\"lifetime_s\":0}" },
        wrong("what only the engine says") { _ in "{\"id\":1,\"verb\":\"seed\"}" },
    ]
}

extension Typist {
    func mandate(_ seconds: Int64) -> UInt64 {
        CoreHandler(engine: engine).mandate(lifetime: Nanoseconds(seconds: seconds)).hash
    }
}

/// A sequence of lines as it goes: the engine behind the socket, and beside it the ceremony's rules.
private struct Session {
    let typist = try! Typist()
    var rules = Ceremony()
    var hasReview = false
    /// The lines that stand for what both know now.
    struct Place: Hashable {
        var digest: [UInt64]
        var rules: Ceremony
        var isStopped: Bool
        var shown: String
        var hasReview: Bool
    }
    var place: Place {
        Place(
            digest: typist.engine.desk.digest, rules: rules, isStopped: typist.engine.isStopped, shown: typist.shown,
            hasReview: hasReview)
    }

    /// Types a line, and lets a tick tempt the strategy; what is not as the rules say, `nil` when all is.
    mutating func type(_ line: Line) throws -> String? {
        let word = line.word(typist)
        let before = typist.engine.desk.digest
        let answers = typist.engine.desk.answers.count
        let answer = try typist.type(line.text(typist))
        let isAccepted = answer["ok"]?.bool == true
        if line.name == "intent", isAccepted { hasReview = true }
        if line.isWrong, isAccepted { return "it was taken" }
        if !isAccepted, answer["error"]?["cure"]?.string?.isEmpty != false { return "it was refused without a cure" }
        if let word { rules.hear(word) }
        let desk = { [typist] in typist.engine.desk.digest }
        if typist.engine.desk.answers.count > answers, isAccepted != typist.engine.desk.accepted {
            return "the answer says \(isAccepted), the core \(typist.engine.desk.accepted)"
        }
        // A new review voids the one before, and a confirmation uses its review up, whatever comes of it.
        let mayChange = isAccepted && word != nil || word == .intent || word == .confirmIntent
        if !mayChange, desk() != before { return "it means nothing or was refused, and changed something" }
        if (typist.engine.desk.state == .live) != rules.isLive {
            return "\(typist.engine.desk.state), the rules say \(rules.isLive ? "live" : "not live")"
        }
        let byHand = typist.engine.desk.ordersSent
        typist.engine.desk.tick()
        let sent = typist.engine.desk.ordersSent
        if (sent > 0) != rules.maySend || rules.hasSentByHand && (byHand != 1 || sent != 1) {
            return "\(sent) orders sent, the rules say \(rules.maySend ? "some" : "none")"
        }
        return nil
    }

    var hasSent: Bool { typist.engine.desk.ordersSent > 0 }
}

/// The core's enumeration (`EnumerationTests`) speaks to the core in commands. Here the lines of the socket's protocol go
/// through its framing, parser and desk to the same core.
@Suite struct TypedTests {
    @Test func `Of all sequences of four lines typed at the socket, none but the two ceremonies lets an order out`() throws {
        // Two sequences after which engine, rules and typist know the same are continued once.
        var known: Set<Session.Place> = [Session().place]
        var open: [(lines: [Int], count: UInt64)] = [([], 1)]
        var (typed, steps, ways) = (0, 0, [[Int]]())
        for _ in 0..<4 {
            var next: [(lines: [Int], count: UInt64)] = []
            for (lines, count) in open {
                for index in Line.all.indices {
                    var session = Session()
                    for earlier in lines { _ = try session.type(Line.all[earlier]) }
                    typed += lines.count + 1
                    steps += 1
                    if let problem = try session.type(Line.all[index]) {
                        Issue.record("\((lines + [index]).map { Line.all[$0].name }): \(problem)")
                        return
                    }
                    if session.hasSent {
                        ways.append(lines + [index])
                    } else if known.insert(session.place).inserted {
                        next.append((lines + [index], count))
                    }
                }
            }
            open = next
        }
        let names = ways.map { $0.map { Line.all[$0].name } }
        print("typed: \(Line.all.count) lines, \(known.count) places, \(steps) steps, \(typed) lines typed, \(ways.count) ways to an order")
        #expect(names.contains(["stage", "arm", "confirm"]) && names.contains(["intent", "confirm the review"]))
        for way in names {
            let isMandate = way.last == "confirm" && way.contains("arm") && way.contains { $0.hasPrefix("stage") }
            let isByHand = way.last == "confirm the review" && way.contains("intent")
            #expect(isMandate || isByHand, "\(way)")
        }
    }

    /// What was continued once is sampled: all pairs, and longer sequences drawn at random that lean to the ceremony.
    @Test func `Lines typed one after the other without leaving any out lead where the rules say`() throws {
        let given = ProcessInfo.processInfo.environment["NEEDLETAIL_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 1 ... .max)
        var dice = Dice(seed: seed)
        var (checked, sent) = (0, 0)
        func check(_ sequence: [Line]) throws {
            var session = Session()
            checked += 1
            for (at, line) in sequence.enumerated() where !session.hasSent {
                if let problem = try session.type(line) {
                    Issue.record("seed \(seed): \(sequence[...at].map(\.name)): \(problem)")
                }
            }
            if session.hasSent { sent += 1 }
        }
        for first in Line.all { for second in Line.all { try check([first, second]) } }
        let ceremony = Line.all.filter { ["stage", "arm", "confirm", "intent", "confirm the review"].contains($0.name) }
        for _ in 0..<600 {
            try check((0..<6).map { _ in dice.oneIn(2) ? dice.pick(ceremony) : dice.pick(Line.all) })
        }
        print("typed: \(checked) sequences typed whole, \(sent) let an order out, seed \(seed)")
        #expect(sent > 20)
    }

    @Test func `A desk that takes any hash is found out`() throws {
        // The rules hear the hash that was shown; the line carries another one.
        var session = Session()
        for name in ["stage", "arm"] { #expect(try session.type(Line.all.first { $0.name == name }!) == nil) }
        var lie = Line.all.first { $0.name == "confirm with a wrong hash" }!
        lie.word = { .confirm(Mandate.parse($0.shown)!) }
        let problem = try session.type(lie)
        #expect(problem?.contains("the rules say live") == true, "\(problem ?? "nothing was found")")
    }
}
