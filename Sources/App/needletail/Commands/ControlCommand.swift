import ArgumentParser
import Console
import Control
import Foundation
import Telemetry
import Units

/// `needletail ctl`: the operator's hand on a running engine.
struct ControlCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ctl", abstract: "Talk to a running engine through its control socket.",
        discussion: """
            Verbs: status, stage, arm HASH, confirm HASH, disarm, stop, kill, flatten, orders, positions, fills, latency, \
            watch, unlatch.

            To trade:  stage → read the words and the hash → arm HASH → confirm HASH
            To stop:   stop  (no ceremony, at any moment)
            """)

    @Option(help: "The control socket.")
    var socket: String
    @Argument(help: "What to do.")
    var verb: String
    @Argument(help: "The hash, for arm and confirm.")
    var hash: String?
    @Option(help: "stage: seconds the mandate lasts once live.")
    var lifetime: Int64 = 3600
    @Option(help: "arm: seconds the confirmation is awaited.")
    var within: Int64 = 60
    @Option(help: "Why; required for unlatch, recorded for kill, stop and flatten.")
    var reason = ""

    func run() async throws {
        var client = try ControlClient(path: socket)
        let verb = try typed()
        if case .watch(let interval) = verb {
            try client.watch(interval: interval) { document in
                print(PlainLines.line(document))
                fflush(nil)
                return true
            }
            return
        }
        let answer = try client.request(verb)
        if let words = answer["words"]?.array {
            for word in words { print(word.string ?? "") }
            print("hash \(answer["hash"]?.string ?? "")")
        } else {
            print(answer.text(pretty: true))
        }
    }

    private func typed() throws -> ControlVerb {
        switch verb {
        case "status": return .status
        case "stage": return .stage(lifetime: Nanoseconds(seconds: lifetime))
        case "arm": return .arm(hash: try typedHash(), within: Nanoseconds(seconds: within))
        case "confirm": return .confirm(hash: try typedHash())
        case "disarm": return .disarm
        case "stop": return .stop(reason: reason)
        case "start": return .start
        case "kill": return .kill(reason: reason)
        case "flatten": return .flatten(reason: reason)
        case "orders": return .orders
        case "positions": return .positions
        case "fills": return .fills(limit: 50)
        case "latency": return .latency
        case "watch": return .watch(interval: Nanoseconds(seconds: 1))
        case "unlatch": return .unlatch(reason: reason)
        default: throw ValidationError("there is no verb '\(verb)'; see needletail ctl --help")
        }
    }

    private func typedHash() throws -> UInt64 {
        guard let hash, let value = Mandate.parse(hash) else {
            throw ValidationError("\(verb) needs the hash that stage showed: 16 hex digits, in quotes if with spaces")
        }
        return value
    }
}
