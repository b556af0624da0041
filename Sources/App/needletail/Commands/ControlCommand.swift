import ArgumentParser
import Console
import Control
import Foundation
import Model
import Signals
import Telemetry
import Units

/// `needletail ctl`: the operator's hand on a running engine.
struct ControlCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ctl", abstract: "Talk to a running engine through its control socket.",
        discussion: """
            Look:
              status          everything there is to see; watch: again and again until Ctrl-C
              orders, positions, fills, latency
              memory          who owns what of the engine's memory, now and at its start
              quarantine      messages that were not believed, with reason and first bytes
              limits          every limit in force, and where it comes from
              feeds           each feed, which of two is believed, and each instrument's market data: verdict, why, age
              alerts          what a person was told, or should have been; the way there stands in status

            Say that somebody knows (an alert is told again and again until then):
              ack N|all [TEXT]

            Trade (the ceremony; a mandate lasts --lifetime seconds and ends by itself):
              stage           shows what would be allowed, in words, and its hash
              arm HASH        says that you read it; the confirmation must follow --within seconds
              confirm HASH    LIVE

            One order by hand (from DISARMED; no mandate, no strategy runs):
              intent BUY|SELL SYMBOL QUANTITY PRICE [GTC|IOC|FOK|POST_ONLY]
                              shows the gate's verdict, the worst case, a number and a hash
              confirm N HASH  sends exactly that order, within 30 s, once
              cancel ID       cancels one order by its client id

            After SAFE or a kill:
              checklist       what must hold before anybody may arm, and the cure of what does not
              incident TEXT   what it was and what was done; journalled, needed before the next stage
              accept SYMBOL   takes the account's balance as it is where no fill explains it; the position stays;
                              needs --reason

            Stop (no ceremony, at any moment):
              stop            disables the strategies and cancels everything; stage is refused until start
              start           enables the strategies again; arms nothing
              disarm          takes the mandate away and cancels everything; stage may follow
              flatten         cancels everything and closes the position with reducing orders
              kill            cancels everything, halts, and leaves a latch that outlives every restart
              limit NAME VALUE [SYMBOL] REASON
                              sets a limit: lower at any moment; higher only while disarmed, for --lifetime seconds,
                              shown by the next stage; never off
              resolve ID absent|cancelled|filled [QTY]
                              says what became of an order that stayed unknown past its deadline; needs --reason
              failover [N]    ends the order connection and dials server N (1 is venue.orders), or the next one; what
                              was in flight is looked up there, nothing is sent twice
              unlatch         removes the latch; needs --reason; the engine is DISARMED then

            One of several (off holds over arming and restarts; on may be refused, and says why):
              strategy        the table; strategy NAME off REASON, strategy NAME on REASON
              instrument      the table; instrument SYMBOL off REASON, instrument SYMBOL on REASON

            Which engine: --socket, --config, NEEDLETAIL_SOCKET, or the only one that answers in
            /var/lib/needletail/*/ and $TMPDIR/needletail-*/. Several that answer are listed, and none is used.

            On a terminal answers are words and tables, elsewhere JSON; --json and --words say which. Exit status 0:
            the engine carried it out.

            Example:
              needletail ctl stage --lifetime 3600
              needletail ctl arm "0123 4567 89ab cdef"
              needletail ctl confirm "0123 4567 89ab cdef"
              needletail ctl stop --reason "news at two"
            """)

    @OptionGroup var place: RunPlace
    @Argument(help: "What to do; see above.")
    var verb: String
    @Argument(help: "What the verb needs: a hash of 16 hex digits as it was shown, a name, an order, a note; see above.")
    var arguments: [String] = []
    @Option(help: "stage: seconds the mandate lasts once live.")
    var lifetime: Int64 = 3600
    @Option(help: "arm: seconds the confirmation is awaited.")
    var within: Int64 = 60
    @Option(help: "Why; required for unlatch, journalled for kill, stop, flatten and unlatch.")
    var reason = ""
    @Option(help: "fills, quarantine: how many, newest last.")
    var limit = 50
    @Option(help: "watch: milliseconds between two looks.")
    var interval: Int64 = 1000
    @Flag(help: "Answer as JSON.")
    var json = false
    @Flag(help: "Answer as words and tables.")
    var words = false

    private var isForPeople: Bool { words || (!json && Terminal.isTerminal()) }

    func run() async throws {
        let verb = try typed()
        var client = try place.connect()
        if case .watch(let interval) = verb { return try watch(&client, interval) }
        let answer = try client.request(verb)
        let isMandate = ["stage", "intent", "checklist"].contains(verb.name) && !json
        guard isForPeople || isMandate else { return print(answer.text(pretty: true)) }
        let width = Terminal.isTerminal() ? Terminal.size().width : 100
        for line in Answers.lines(verb.name, answer, width: min(width, 120), color: Terminal.isTerminal()) { print(line) }
    }

    /// The live screen on a terminal, lines elsewhere, until Ctrl-C or the engine's end.
    private func watch(_ client: inout ControlClient, _ interval: Nanoseconds) throws {
        EndSignal.install()
        let screen = json ? nil : ScreenOnTerminal()
        var plain = PlainLines()
        try client.watch(interval: interval) { document in
            if let screen {
                screen.show(document)
            } else if json {
                print(document.json.text())
            } else {
                for line in plain.lines(for: document) { print(line) }
            }
            fflush(nil)
            return !EndSignal.isAsked
        }
    }

    private static let stops: Set = ["stop", "kill", "flatten", "disarm"]
    /// Verbs without words of their own.
    private static let plain: Set = [
        "status", "stage", "start", "orders", "positions", "fills", "quarantine", "latency", "watch", "unlatch", "limits",
        "checklist", "alerts", "feeds", "memory",
    ]

    private func typed() throws -> ControlVerb {
        // A stop is never refused for a word too many: it says why.
        let reason = self.reason.isEmpty && Self.stops.contains(verb) ? arguments.joined(separator: " ") : self.reason
        if let word = arguments.first, Self.plain.contains(verb) { throw ValidationError("\(verb) takes no '\(word)'") }
        switch verb {
        case "strategy": return try typedSwitch(.strategy)
        case "instrument": return try typedSwitch(.instrument)
        case "status": return .status
        case "stage":
            guard (1...86_400).contains(lifetime) else { throw ValidationError("--lifetime takes 1 to 86400 seconds") }
            return .stage(lifetime: Nanoseconds(seconds: lifetime))
        case "arm":
            guard (1...3600).contains(within) else { throw ValidationError("--within takes 1 to 3600 seconds") }
            return .arm(hash: try typedHash(arguments[...]), within: Nanoseconds(seconds: within))
        case "confirm":
            // A number before the hash: one order by hand. The hash's four groups may stand apart.
            guard arguments.count == 2 || arguments.count == 5 else { return .confirm(hash: try typedHash(arguments[...])) }
            guard let intent = UInt64(arguments[0]), intent > 0, intent <= Int64.max else {
                throw ValidationError("confirm takes HASH, or the number that intent showed and HASH")
            }
            return .confirmIntent(intent: intent, hash: try typedHash(arguments.dropFirst()))
        case "checklist": return .checklist
        case "accept":
            guard arguments.count == 1, reason.contains(where: { !$0.isWhitespace }) else {
                throw ValidationError("accept takes the instrument's SYMBOL and needs --reason 'WHY': it is journalled")
            }
            return .accept(symbol: arguments[0], reason: reason)
        case "incident":
            let text = arguments.joined(separator: " ")
            guard text.contains(where: { !$0.isWhitespace }) else {
                throw ValidationError("incident needs a text: what it was, and what was done; it is journalled")
            }
            return .incident(text: text)
        case "intent": return try typedIntent()
        case "cancel":
            guard arguments.count == 1 else { throw ValidationError("cancel takes the client id that ctl orders shows") }
            return .cancel(clientID: arguments[0])
        case "disarm": return .disarm
        case "failover":
            guard arguments.count <= 1 else { throw ValidationError("failover takes the number of a server, or nothing") }
            guard let word = arguments.first else { return .failover(server: 0, reason: reason) }
            guard let server = Int(word), (1...64).contains(server) else {
                throw ValidationError("failover takes the number of a server, 1 for venue.orders; not '\(word)'")
            }
            return .failover(server: server, reason: reason)
        case "stop": return .stop(reason: reason)
        case "start": return .start
        case "kill": return .kill(reason: reason)
        case "flatten": return .flatten(reason: reason)
        case "orders": return .orders
        case "positions": return .positions
        case "fills":
            guard (1...1000).contains(limit) else { throw ValidationError("--limit takes 1 to 1000") }
            return .fills(limit: limit)
        case "quarantine":
            guard (1...256).contains(limit) else { throw ValidationError("--limit takes 1 to 256") }
            return .quarantine(limit: limit)
        case "latency": return .latency
        case "memory": return .memory
        case "watch":
            guard (50...60_000).contains(interval) else { throw ValidationError("--interval takes 50 to 60000 ms") }
            return .watch(interval: Nanoseconds(milliseconds: interval))
        case "unlatch":
            guard reason.contains(where: { !$0.isWhitespace }) else {
                throw ValidationError("unlatch needs --reason 'WHY': it is journalled and kept in latch.log")
            }
            return .unlatch(reason: reason)
        case "feeds": return .feeds
        case "limits": return .limits
        case "alerts": return .alerts
        case "ack": return try typedAcknowledgement()
        case "limit": return try typedLimit()
        case "resolve":
            guard (2...3).contains(arguments.count),
                let resolution = Resolution.allCases.first(where: { $0.name == arguments[1] }),
                let filled = arguments.count < 3 ? Quantity.zero : (try? Quantity(arguments[2]))
            else { throw ValidationError("resolve takes CLIENT_ID absent | cancelled [FILLED] | filled QUANTITY") }
            guard reason.contains(where: { !$0.isWhitespace }) else {
                throw ValidationError("resolve needs --reason 'WHY': it is journalled")
            }
            return .resolve(client: arguments[0], resolution, filled: filled, reason: reason)
        default: throw ValidationError("there is no verb '\(verb)'; see needletail ctl --help")
        }
    }

    /// `limit NAME VALUE [SYMBOL] REASON`, the reason also by --reason.
    private func typedLimit() throws -> ControlVerb {
        var words = Array(arguments.dropFirst())
        let why = reason.isEmpty && words.count > 1 ? words.removeLast() : reason
        guard let name = arguments.first, (1...2).contains(words.count), why.contains(where: { !$0.isWhitespace }) else {
            throw ValidationError("write: limit NAME VALUE [SYMBOL] 'REASON'; the reason is journalled")
        }
        guard (1...86_400).contains(lifetime) else { throw ValidationError("--lifetime takes 1 to 86400 seconds") }
        return .limit(
            name: name, value: words[0], symbol: words.count == 2 ? words[1] : nil, lifetime: Nanoseconds(seconds: lifetime),
            reason: why)
    }

    /// The table, or `NAME off REASON`; the reason may be several words, or come by --reason.
    private func typedSwitch(_ subject: SwitchChange.Subject) throws -> ControlVerb {
        if arguments.isEmpty { return .switches(subject) }
        let why = arguments.count > 2 ? arguments.dropFirst(2).joined(separator: " ") : reason
        guard arguments.count >= 2, ["on", "off"].contains(arguments[1]), why.contains(where: { !$0.isWhitespace }) else {
            throw ValidationError("\(verb) takes nothing, or NAME off REASON, or NAME on REASON: the reason is journalled")
        }
        return .turn(subject, name: arguments[0], isOn: arguments[1] == "on", reason: why)
    }

    private func typedHash(_ words: ArraySlice<String>) throws -> UInt64 {
        guard let value = Mandate.parse(words.joined()) else {
            throw ValidationError("\(verb) needs the hash that was shown: 16 hex digits")
        }
        return value
    }

    private func typedAcknowledgement() throws -> ControlVerb {
        let text = ([reason] + arguments.dropFirst()).filter { !$0.isEmpty }.joined(separator: " ")
        if arguments.first == "all" { return .acknowledge(alert: nil, reason: text) }
        guard let number = arguments.first.flatMap({ UInt64($0) }), number > 0, number <= Int64.max else {
            throw ValidationError("ack takes the alert's number, or all, and then what you have to say about it")
        }
        return .acknowledge(alert: number, reason: text)
    }

    private func typedIntent() throws -> ControlVerb {
        let usage = ValidationError("intent takes BUY|SELL SYMBOL QUANTITY PRICE [GTC|IOC|FOK|POST_ONLY], in plain decimals")
        guard arguments.count == 4 || arguments.count == 5 else { throw usage }
        let sides: [String: Side] = ["BUY": .buy, "SELL": .sell]
        // An exponent is exact, and yet easy to misread where money is at stake.
        guard !(arguments[2] + arguments[3]).lowercased().contains("e") else { throw usage }
        let kind = arguments.count == 5 ? arguments[4].uppercased() : TimeInForce.goodTillCancel.name
        guard let side = sides[arguments[0].uppercased()], let quantity = try? Quantity(arguments[2]), quantity.isPositive,
            let price = try? Price(arguments[3]), price.isPositive,
            let timeInForce = TimeInForce.allCases.first(where: { $0.name == kind })
        else { throw usage }
        return .intent(side: side, symbol: arguments[1], quantity: quantity, price: price, timeInForce: timeInForce)
    }
}
