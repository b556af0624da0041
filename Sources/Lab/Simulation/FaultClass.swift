/// Every way in which the seeded world may go wrong. The names are those of reports and of files of faults.
package enum FaultClass: Int, Sendable, CaseIterable {
    // Network: bytes of a connection keep their order, all else may happen to them.
    case slowNetwork, stalledConnection, splitMessage, marketCut, orderCut, halfOpenMarket, halfOpenOrders
    case lostMarketMessage, duplicatedMarketMessage, refusedSend
    // The venue's answers.
    case lostRequest, lostReply, lateReply, duplicatedReply, reorderedReply, eventBeforeReply, fillBeforeReply
    case fillDuringCancel, errorAfterAcceptance, errorBeforeAcceptance
    case throttled, rateLimited, addressBan, staleTimestamp, haltedMarket, ruleChange, tickSizeChange
    // The venue's private stream.
    case lostFill, lostUpdate, lostBalance, duplicatedEvent, lateEvent, unsolicitedEnd, streamEnded, frozenPrivateStream
    // The venue's other word.
    case failedTruth, lateTruth, truthWithoutOrder, truthWithoutBalance, failedSnapshot, frozenStream, maintenance
    // Our own side.
    case processKill, processKillInStep, processStall, doubleStart, clockStep, strangeCommand
    // The journal's disk.
    case diskFull, diskError, syncError, tornWrite, shortWrite, crashInWrite, diskStall
    // Amendments. At the end: a class's draws follow from its place.
    case fillDuringAmend, amendLost, amendAnswerLate
    // Two feeds of the market, in the seeds that have a second one.
    case firstFeedGone, firstFeedFrozen, firstFeedFlaps, secondFeedCut, feedsDisagree
    // The venue's dead-man's switch, in the seeds that have one.
    case deafSwitch
    // Two servers for orders, in the seeds that have a second one.
    case firstServerGone, failoverAsked
    // The venue's other word, for long.
    case truthGone
    // The first word of the account after a start, which is three answers.
    case fillDuringTruth
    // What one life leaves to the next.
    case fillWhileDown, killBeforeCarried, journalDamage

    package var name: String { "\(self)" }
    package init?(name: String) {
        guard let known = FaultClass.allCases.first(where: { $0.name == name }) else { return nil }
        self = known
    }

    /// What it is, in a few words.
    package var sentence: String {
        switch self {
        case .slowNetwork: return "every way takes up to 3 s for some seconds"
        case .stalledConnection: return "a connection's bytes wait some seconds, then come at once"
        case .splitMessage: return "a message arrives in pieces, at different times, some in several frames"
        case .marketCut: return "the market data connection is cut"
        case .orderCut: return "the order connection is cut"
        case .halfOpenMarket: return "the market data connection is dead and nobody is told"
        case .halfOpenOrders: return "the order connection is dead and nobody is told for 45 s"
        case .lostMarketMessage: return "a market message is lost"
        case .duplicatedMarketMessage: return "a market message comes twice"
        case .refusedSend: return "the kernel takes no bytes of an order"
        case .lostRequest: return "a request never reaches the venue"
        case .lostReply: return "an answer is lost"
        case .lateReply: return "an answer is some seconds late"
        case .duplicatedReply: return "an answer comes twice"
        case .reorderedReply: return "an answer comes after the next one"
        case .eventBeforeReply: return "the stream tells of an order before its answer"
        case .fillBeforeReply: return "an order fills, and the fill is told before the answer"
        case .fillDuringCancel: return "an order fills while its cancel is on the way"
        case .errorAfterAcceptance: return "5xx although the request was carried out"
        case .errorBeforeAcceptance: return "5xx and nothing was done"
        case .throttled: return "one request is refused for load"
        case .rateLimited: return "429 to every request for some seconds"
        case .addressBan: return "418: connections closed and refused, for some seconds"
        case .staleTimestamp: return "a request is refused for its time"
        case .haltedMarket: return "no trading and no new orders for some seconds"
        case .ruleChange: return "every new order breaks a filter for some seconds"
        case .tickSizeChange: return "prices must be multiples of five ticks for some seconds"
        case .lostFill: return "an execution is not told on the stream"
        case .lostUpdate: return "a change of an order is not told on the stream"
        case .lostBalance: return "a change of balance is not told on the stream"
        case .duplicatedEvent: return "an event comes twice"
        case .lateEvent: return "an event is some seconds late"
        case .unsolicitedEnd: return "the venue ends an order by itself"
        case .streamEnded: return "the venue ends the private stream"
        case .frozenPrivateStream: return "the private stream is silent for some seconds while requests are answered"
        case .failedTruth: return "the account's truth cannot be read"
        case .lateTruth: return "the account's truth comes some seconds late"
        case .truthWithoutOrder: return "the list of open orders lacks one for some seconds"
        case .truthWithoutBalance: return "the account lacks the balance that is our position"
        case .failedSnapshot: return "the book's snapshot cannot be read"
        case .frozenStream: return "market data are silent for some seconds, the connection is alive"
        case .maintenance: return "the venue is closed for some time"
        case .processKill: return "the process dies between two events"
        case .processKillInStep: return "the process dies between decision and send"
        case .processStall: return "the process stands still for a second or more"
        case .doubleStart: return "a second engine under our prefix sends an order"
        case .clockStep: return "our wall clock jumps by up to 8 s"
        case .strangeCommand: return "the operator gives a command of no sense"
        case .diskFull: return "a write fails with ENOSPC"
        case .diskError: return "a write fails with EIO"
        case .syncError: return "a sync fails with EIO"
        case .tornWrite: return "a write fails with EIO after half of it"
        case .shortWrite: return "the kernel takes writes in small parts"
        case .crashInWrite: return "the process dies in a write, at any byte of it"
        case .diskStall: return "the disk takes nothing for minutes"
        case .deafSwitch: return "the venue takes no refresh of its dead-man's switch for some time"
        case .fillDuringAmend: return "an order fills while its amendment is on the way"
        case .amendLost: return "an amendment or its answer is lost"
        case .amendAnswerLate: return "the answer to an amendment comes after its time-out"
        case .firstFeedGone: return "the first of two feeds is cut and refuses connections for a while"
        case .firstFeedFrozen: return "the first of two feeds is silent, its connection is alive"
        case .firstFeedFlaps: return "the first of two feeds is cut again and again for some minutes"
        case .secondFeedCut: return "the second of two feeds is cut"
        case .firstServerGone: return "the first of two order servers is gone and refuses connections for a while"
        case .failoverAsked: return "the operator asks for another order server, or for the one that is used"
        case .truthGone: return "the account's truth cannot be read for minutes, all else goes on"
        case .fillDuringTruth: return "an order of an earlier run fills between the first answers about the account after a start"
        case .fillWhileDown: return "an order that rests executes while no engine runs"
        case .killBeforeCarried: return "the process dies before it was told all that was left"
        case .journalDamage: return "a bit of the journal flips while no engine runs"
        case .feedsDisagree: return "one of two feeds tells another best bid for some seconds"
        }
    }

    /// How often an hour it is due in an ordinary seed.
    var ordinaryRate: Double {
        switch self {
        case .lostMarketMessage, .duplicatedMarketMessage, .eventBeforeReply, .duplicatedEvent, .failedTruth, .splitMessage,
            .unsolicitedEnd, .strangeCommand:
            return 12
        case .refusedSend, .lostRequest, .lostReply, .lateReply, .duplicatedReply, .reorderedReply, .errorBeforeAcceptance,
            .throttled, .lostUpdate, .lateEvent, .lateTruth, .fillBeforeReply, .fillDuringCancel, .lostBalance:
            return 6
        case .slowNetwork, .marketCut, .orderCut, .errorAfterAcceptance, .lostFill, .truthWithoutOrder,
            .truthWithoutBalance, .failedSnapshot, .stalledConnection, .shortWrite, .fillDuringTruth:
            return 4
        case .deafSwitch, .staleTimestamp, .processStall, .frozenStream, .frozenPrivateStream, .firstFeedGone,
            .firstFeedFrozen, .secondFeedCut, .feedsDisagree, .firstServerGone, .failoverAsked:
            return 2
        case .halfOpenMarket, .halfOpenOrders, .rateLimited, .haltedMarket, .ruleChange, .tickSizeChange, .streamEnded,
            .processKill, .processKillInStep, .clockStep, .firstFeedFlaps:
            return 1
        case .truthGone, .addressBan, .maintenance, .diskStall, .crashInWrite, .doubleStart: return 0.5
        case .diskFull, .diskError, .syncError, .tornWrite: return 0.25
        case .fillDuringAmend, .amendLost, .amendAnswerLate, .fillWhileDown: return 12
        case .killBeforeCarried: return 2
        case .journalDamage: return 0.3
        }
    }
}
