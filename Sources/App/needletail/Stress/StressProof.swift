import Config
import Journal
import Model
import Rest
import Telemetry
import Units
import VenueKit

/// What a stress run's journal says: every order and fill, the age of each decision's data, and what followed the kill.
struct StressProof {
    private(set) var orders = 0
    /// Placed under a name that was used before.
    private(set) var doubled = 0
    /// Their last state is not a terminal one.
    private(set) var unsettled = 0
    private(set) var fills: Set<FillKey> = []
    /// Refusals of the gate, by name.
    private(set) var refusals: [String: Int] = [:]
    /// Of new orders that passed the gate: the oldest book that one was decided on.
    private(set) var oldestData = Nanoseconds.zero
    /// Orders that left in or after the step of the kill.
    private(set) var sentAfterKill = 0
    private(set) var isKilled = false
    /// Orders that lived when it came, and from it to the last one's end.
    private(set) var liveAtKill = 0
    private(set) var killTook = Nanoseconds.zero
    /// Records between the kill's and the first that cancels, both in one step where this is small.
    private(set) var cancelsInKillStep = false
    private(set) var damage = ""

    init(directory: String, name: String) {
        var reader = JournalReader(directory: directory, name: name)
        var tops: [UInt16: Nanoseconds] = [:]
        var states: [ClientOrderID: OrderState] = [:]
        var placed: Set<ClientOrderID> = []
        var killedAt = Nanoseconds.zero
        var isKillStep = false
        do throws(JournalDamage) {
            while let record = try reader.next() {
                let now = Nanoseconds(raw: record.time)
                if let input = Input(record: record) {
                    isKillStep = false
                    switch input {
                    case .topOfBook(let top): tops[top.instrument.raw] = top.receivedAt
                    case .fill(let fill): fills.insert(FillKey(fill))
                    case .command(let command) where command.kind == .kill && !isKilled:
                        isKilled = true
                        isKillStep = true
                        killedAt = now
                        liveAtKill = states.values.count { !$0.isTerminal }
                        if liveAtKill == 0 { cancelsInKillStep = true }
                    default: break
                    }
                }
                guard let output = Output(record: record) else { continue }
                switch output {
                case .place(let order):
                    orders += 1
                    if !placed.insert(order.client).inserted { doubled += 1 }
                    if isKilled { sentAfterKill += 1 }
                case .amend: if isKilled { sentAfterKill += 1 }
                case .order(let change):
                    states[change.client] = change.to
                    if isKilled, change.to.isTerminal { killTook = now - killedAt }
                case .cancel, .cancelAll: if isKillStep { cancelsInKillStep = true }
                case .verdict(let verdict) where verdict.intent.kind == .place:
                    if verdict.verdict == .passed {
                        oldestData = max(oldestData, now - (tops[verdict.intent.instrument.raw] ?? .zero))
                    } else {
                        refusals[verdict.verdict.name, default: 0] += 1
                    }
                default: break
                }
            }
        } catch {
            damage = error.sentence
        }
        unsettled = states.values.count { !$0.isTerminal }
    }
}

/// The venue's own list of the account's trades, asked page after page.
struct VenueTrades {
    let configuration: RunConfiguration
    let secrets: Secrets?

    func all() async throws -> [Fill] {
        let adapter = try Roster.venue(configuration, secrets: secrets).rest()
        let rest = try RestClient(base: configuration.venue.rest.url, caFile: configuration.venue.caFile)
        defer { withExtendedLifetime(rest) {} }
        let instrument = InstrumentID(0)
        var found: [Fill] = []
        var from = TradeID(low: 0)
        while let request = adapter.myTrades(instrument, from: from, wallNow: MonotonicClock().wall()) {
            let answer = try await rest.send(request)
            let page = try adapter.parseMyTrades(instrument, status: answer.status, body: answer.body)
            found += page
            guard page.count >= TradeHistory.pageRows, let last = page.map(\.trade.low).max() else { break }
            from = TradeID(low: last + 1)
        }
        await rest.close()
        return found
    }
}
