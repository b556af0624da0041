import Foundation
import LoopbackBinance
import Signals
import Units

/// The loopback venue as a program of its own, for clients written in other languages.
/// `--data` is a comma-separated list; `--api-key` starts an account that the following account flags describe.
let usage = """
    usage: loopback-venue [--host H] [--port N] [--port-file FILE] [--cert FILE --key FILE] [--seed N] [--symbol S]
                          [--data FILE[,FILE…]] [--instruments FILE] [--speed N|max] [--state FILE] [--faults FILE]
                          [--lifetime SECONDS] [--ping-interval SECONDS]
                          [--api-key K [--hmac-secret S] [--ed25519-public FILE] [--balance ASSET=AMOUNT]…]…
    """

func fail(_ text: String) -> Never {
    FileHandle.standardError.write(Data("loopback-venue: \(text)\n\(usage)\n".utf8))
    exit(2)
}

var options = BinanceVenueOptions()
var portFile: String?
var arguments = CommandLine.arguments.dropFirst()
while let flag = arguments.popFirst() {
    guard let value = arguments.popFirst() else { fail("\(flag) needs a value") }
    let last = options.accounts.count - 1
    switch flag {
    case "--host": options.host = value
    case "--port": options.port = Int(value) ?? { fail("--port \(value)") }()
    case "--port-file": portFile = value
    case "--cert": options.tlsCertificateFile = value
    case "--key": options.tlsKeyFile = value
    case "--state": options.stateFile = value
    case "--faults":
        guard let text = try? String(contentsOfFile: value, encoding: .utf8) else { fail("cannot read \(value)") }
        do { options.faults = try VenueFaults(text) } catch { fail("\(error)") }
    case "--ping-interval":
        options.pingInterval = Nanoseconds(seconds: Int64(value) ?? { fail("--ping-interval \(value)") }())
    case "--lifetime": options.connectionLifetime = Nanoseconds(seconds: Int64(value) ?? { fail("--lifetime \(value)") }())
    case "--seed": options.seed = UInt64(value) ?? { fail("--seed \(value)") }()
    case "--symbol": options.symbol = value
    case "--data": options.dataFiles = value.split(separator: ",").map(String.init)
    case "--instruments": options.instrumentsFile = value
    case "--speed": options.speed = value == "max" ? .max : .times(Int64(value) ?? { fail("--speed \(value)") }())
    case "--api-key": options.accounts.append(VenueAccount(apiKey: value, balances: [:]))
    case "--hmac-secret" where last >= 0: options.accounts[last].hmacSecret = value
    case "--ed25519-public" where last >= 0:
        guard let text = try? String(contentsOfFile: value, encoding: .utf8) else { fail("cannot read \(value)") }
        options.accounts[last].ed25519PublicKeyPEM = text
    case "--balance" where last >= 0:
        let sides = value.split(separator: "=")
        guard sides.count == 2, let amount = try? Quantity(String(sides[1])) else { fail("--balance \(value)") }
        options.accounts[last].balances[String(sides[0])] = amount
    default: fail("unknown flag \(flag)")
    }
}

do {
    EndSignal.install()
    let venue = try BinanceVenueServer(options: options)
    let port = try venue.start()
    print("listening \(port)")
    fflush(nil)
    if let portFile { try String(port).write(toFile: portFile, atomically: true, encoding: .utf8) }
    EndSignal.waitBlocking()
    venue.stop()
} catch {
    FileHandle.standardError.write(Data("loopback-venue: \(error)\n".utf8))
    exit(1)
}
