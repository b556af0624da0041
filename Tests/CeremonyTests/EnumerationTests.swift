import Model
import Testing
import Units

/// One thing an operator can type, right or wrong. Limits, and switches of strategies and instruments, have tests of their
/// own: they move no state.
private enum Word: Hashable {
    case stage(UInt64), arm(UInt64), confirm(UInt64)
    case disarm, stop, kill, flatten, unlatch
    /// A note that says something, and one that does not.
    case incident, shortIncident
    case intent
    /// The newest review with its hash, with another hash, and a review that never was.
    case confirmIntent, confirmIntentWithWrongHash, confirmWrongIntent
    case cancelOrder
    /// What only the engine may say.
    case recall, stalled

    static let all: [Word] = [
        .stage(1), .stage(2), .arm(1), .arm(2), .confirm(1), .confirm(2), .disarm, .stop, .kill, .flatten, .unlatch, .incident,
        .shortIncident, .intent, .confirmIntent, .confirmIntentWithWrongHash, .confirmWrongIntent, .cancelOrder, .recall, .stalled,
    ]

    /// Says it to the core. After a kill the venue is asked again, so that only words stand in the way.
    func say(to desk: inout Desk) {
        let review = desk.review
        switch self {
        case .stage(let hash): desk.command(.stage, hash: hash)
        case .arm(let hash): desk.command(.arm, hash: hash)
        case .confirm(let hash): desk.command(.confirm, hash: hash)
        case .disarm: desk.command(.disarm)
        case .stop: desk.command(.stop)
        case .kill:
            desk.command(.kill)
            desk.reconcile()
        case .flatten: desk.command(.flatten)
        case .unlatch: desk.command(.unlatch)
        case .incident: desk.write("the venue was asked, all is well")
        case .shortIncident: desk.write("ok         ok  ")
        case .intent: desk.ask()
        case .confirmIntent: desk.command(.confirmIntent, hash: review?.hash ?? 7, subject: review?.id ?? 1)
        case .confirmIntentWithWrongHash: desk.command(.confirmIntent, hash: (review?.hash ?? 7) ^ 1, subject: review?.id ?? 1)
        case .confirmWrongIntent: desk.command(.confirmIntent, hash: review?.hash ?? 7, subject: (review?.id ?? 1) + 1)
        case .cancelOrder: desk.command(.cancelOrder, subject: ClientOrderID(run: 7, sequence: 1).word)
        case .recall: desk.command(.recall)
        case .stalled: desk.command(.stalled)
        }
    }
}

/// The ceremony in a few lines, written down without the core: what has been said since the last word that voids it.
private struct Ceremony {
    private var said = 0
    private var hash: UInt64 = 0
    private var isKilled = false
    /// Somebody still has to write down why.
    private var owesNote = false
    private var isAsked = false
    /// An order may have left by now.
    private(set) var isLive = false

    mutating func hear(_ word: Word) {
        switch word {
        case .kill:
            if !isKilled { owesNote = true }
            (isKilled, said, isAsked) = (true, 0, false)
        case .unlatch: isKilled = false
        case .disarm, .stop: (said, isAsked) = (0, false)
        case .incident: owesNote = false
        case .stage(let named): if !isKilled, !owesNote { (said, hash, isAsked) = (1, named, false) }
        case .arm(let named): if said == 1, named == hash { said = 2 }
        case .confirm(let named): if said == 2, named == hash { isLive = true }
        case .intent: isAsked = !isKilled && !owesNote && said == 0
        case .confirmIntent: if isAsked { isLive = true }
        case .flatten, .shortIncident, .confirmIntentWithWrongHash, .confirmWrongIntent, .cancelOrder, .recall, .stalled: break
        }
    }
}

@Suite struct EnumerationTests {
    private struct Count {
        var sequences = 0
        var live = 0
    }

    /// Says a sequence to a new core and compares after each word; a tick at the end tempts the strategy. `nil` when the
    /// two differ. `isRefused`: whether the last word was.
    private func play(_ sequence: [Word]) throws -> (isLive: Bool, isRefused: Bool)? {
        var desk = try Desk.ready()
        var ceremony = Ceremony()
        var before: [UInt64] = []
        for (place, word) in sequence.enumerated() {
            if place == sequence.count - 1 { before = desk.fingerprint }
            word.say(to: &desk)
            ceremony.hear(word)
            if (desk.state == .live) != ceremony.isLive || (desk.ordersSent > 0) != ceremony.isLive {
                Issue.record("\(sequence[...place]): \(desk.state), \(desk.ordersSent) orders sent")
                return nil
            }
        }
        let isRefused = !desk.accepted
        if isRefused, desk.fingerprint != before, sequence.last != .intent {
            Issue.record("\(sequence): the last word was refused and changed something")
            return nil
        }
        let sent = desk.ordersSent
        desk.tick()
        let isByHand = sequence.last == .confirmIntent
        if ceremony.isLive ? isByHand && desk.ordersSent != 1 : desk.ordersSent != sent {
            Issue.record("\(sequence): \(desk.ordersSent) orders after the next tick, \(sent) before")
            return nil
        }
        return (ceremony.isLive, isRefused)
    }

    /// Every continuation of `prefix` up to `length` words. A sequence that has let an order out is not continued: that is
    /// what it is for. With `isPruned` neither is one whose last word was refused: what follows it is what follows
    /// without it, which the shorter search without pruning shows for every word in every place.
    private func enumerate(_ prefix: [Word], length: Int, isPruned: Bool, _ count: inout Count) throws -> Bool {
        for word in Word.all {
            let sequence = prefix + [word]
            guard let end = try play(sequence) else { return false }
            count.sequences += 1
            if end.isLive { count.live += 1 }
            if end.isLive || sequence.count == length || (isPruned && end.isRefused) { continue }
            guard try enumerate(sequence, length: length, isPruned: isPruned, &count) else { return false }
        }
        return true
    }

    /// Every sequence of three words before which anything may have been said.
    @Test(arguments: Word.all.indices)
    func `Of all sequences of four words, none but the two ceremonies lets an order out`(first: Int) throws {
        var count = Count()
        #expect(try enumerate([Word.all[first]], length: 4, isPruned: false, &count))
        #expect(count.sequences > 5000 || first < 0)
    }

    @Test(arguments: Word.all.indices)
    func `Of all sequences of six words, none but the two ceremonies lets an order out`(first: Int) throws {
        let word = Word.all[first]
        var count = Count()
        guard let end = try play([word]) else { return }
        #expect(!end.isLive, "one word is enough")
        if end.isRefused { return }
        #expect(try enumerate([word], length: 6, isPruned: true, &count))
        print("ceremony: \(count.sequences) sequences of up to six words after \(word), \(count.live) of them right")
        #expect(count.sequences > 1000 && count.live > 0)
    }
}
