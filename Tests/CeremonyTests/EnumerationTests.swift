import Model
import Testing
import Units

/// One thing an operator can type.
private struct Word: Equatable, CustomStringConvertible {
    var kind: CommandKind
    var hash: UInt64
    var description: String { hash == 1 ? "\(kind)" : "\(kind)(\(hash))" }
}

/// The ceremony in a few lines, written down without the core: what has been said since the last word that voids it.
private struct Ceremony {
    var said = 0
    var hash: UInt64 = 0
    var isKilled = false
    var isLive = false

    mutating func hear(_ word: Word) {
        switch word.kind {
        case .kill: (isKilled, said) = (true, 0)
        case .unlatch: isKilled = false
        case .disarm, .stop: said = 0
        case .stage: if !isKilled { (said, hash) = (1, word.hash) }
        case .arm: if said == 1, word.hash == hash { said = 2 }
        case .confirm: if said == 2, word.hash == hash { isLive = true }
        case .flatten, .limit, .strategyOff, .strategyOn, .instrumentOff, .instrumentOn, .stalled: break
        }
    }
}

/// Switches of strategies and instruments have tests of their own: they move no state.
private let words = CommandKind.allCases.filter { $0.rawValue < 40 }.map { Word(kind: $0, hash: 1) }
private let wrongWords = [CommandKind.stage, .arm, .confirm].map { Word(kind: $0, hash: 2) }

@Suite struct EnumerationTests {
    /// All sequences of `length` words. A prefix that went live is not continued: an order has left, which is what the
    /// right sequence is for. The core is used again for the next sequence, after kill and unlatch: whatever it
    /// remembers of the sequence before must not help the next one.
    private func enumerate(_ words: [Word], length: Int) throws -> (sequences: Int, live: Int) {
        var desk = try Desk.ready()
        var digits = [Int](repeating: 0, count: length)
        var sequences = 0, live = 0
        while true {
            var ceremony = Ceremony()
            var used = 0
            for digit in digits {
                used += 1
                let word = words[digit]
                desk.command(word.kind, hash: word.hash)
                ceremony.hear(word)
                let isLive = desk.state == .live
                if isLive != ceremony.isLive || (desk.ordersSent > 0) != ceremony.isLive {
                    Issue.record("\(digits[..<used].map { words[$0] }): \(desk.state), \(desk.ordersSent) orders sent")
                    return (sequences, live)
                }
                if isLive { break }
            }
            sequences += 1
            if ceremony.isLive {
                live += 1
                desk = try Desk.ready()
            } else {
                desk.tick()
                if desk.ordersSent > 0 { Issue.record("\(digits.map { words[$0] }): an order after the next tick") }
                desk.command(.kill)
                desk.command(.unlatch)
            }
            // The next sequence: the digits behind the last one used play no part.
            var place = used - 1
            for behind in used..<length { digits[behind] = 0 }
            while place >= 0 {
                digits[place] += 1
                if digits[place] < words.count { break }
                digits[place] = 0
                place -= 1
            }
            if place < 0 { return (sequences, live) }
        }
    }

    @Test func `Of all sequences of six commands, none but stage, arm, confirm leads to an order`() throws {
        let count = try enumerate(words, length: 6)
        print("ceremony: \(count.sequences) sequences of up to six of \(words.count) commands, \(count.live) of them right")
        #expect(count.sequences > 200_000 && count.live > 0)
    }

    @Test func `Of all sequences of five commands with two hashes, none but one hash throughout leads to an order`() throws {
        let all = words + wrongWords
        let count = try enumerate(all, length: 5)
        print("ceremony: \(count.sequences) sequences of up to five of \(all.count) commands with two hashes, \(count.live) right")
        #expect(count.sequences > 100_000 && count.live > 0)
    }
}
