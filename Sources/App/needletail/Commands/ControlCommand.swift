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
              quarantine      messages that were not believed, with reason and first bytes
              limits          every limit in force, and where it comes from

            Trade (the ceremony; a mandate lasts --lifetime seconds and ends by itself):
              stage           shows what would be allowed, in words, and its hash
              arm HASH        says that you read it; the confirmation must follow --within seconds
              confirm HASH    LIVE

            Stop (no ceremony, at any moment):
              stop            disables the strategies and cancels everything; stage is refused until start
              start           enables the strategies again; arms nothing
              disarm          takes the mandate away and cancels everything; stage may follow
              flatten         cancels everything and closes the position with reducing orders
              kill            cancels everything, halts, and leaves a latch that outlives every restart
              limit NAME VALUE [SYMBOL] REASON
                              sets a limit: lower at any moment; higher only while disarmed, for --lifetime seconds,
                              shown by the next stage; never off
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
    @Argument(help: "arm, confirm: the hash, 16 hex digits as stage showed them. The other verbs: as above.")
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
        let isMandate = verb.name == "stage" && !json
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

    private func typed() throws -> ControlVerb {
        switch verb {
        case "strategy": return try typedSwitch(.strategy)
        case "instrument": return try typedSwitch(.instrument)
        case "status": return .status
        case "stage":
            guard (1...86_400).contains(lifetime) else { throw ValidationError("--lifetime takes 1 to 86400 seconds") }
            return .stage(lifetime: Nanoseconds(seconds: lifetime))
        case "arm":
            guard (1...3600).contains(within) else { throw ValidationError("--within takes 1 to 3600 seconds") }
            return .arm(hash: try typedHash(), within: Nanoseconds(seconds: within))
        case "confirm": return .confirm(hash: try typedHash())
        case "disarm": return .disarm
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
        case "watch":
            guard (50...60_000).contains(interval) else { throw ValidationError("--interval takes 50 to 60000 ms") }
            return .watch(interval: Nanoseconds(milliseconds: interval))
        case "unlatch":
            guard reason.contains(where: { !$0.isWhitespace }) else {
                throw ValidationError("unlatch needs --reason 'WHY': it is journalled and kept in latch.log")
            }
            return .unlatch(reason: reason)
        case "limits": return .limits
        case "limit": return try typedLimit()
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

    private func typedHash() throws -> UInt64 {
        guard arguments.count == 1, let value = Mandate.parse(arguments[0]) else {
            throw ValidationError("\(verb) needs the hash that stage showed: 16 hex digits, in quotes if with spaces")
        }
        return value
    }
}
