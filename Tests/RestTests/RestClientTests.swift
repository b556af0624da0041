import Binance
import Foundation
import LoopbackBinance
import Model
import Rest
import Synchronization
import Testing
import Units
import VenueKit

/// What answers said of the venue's limits.
private final class Told: Sendable {
    private let rows = Mutex<[VenueUsage]>([])
    func put(_ usage: VenueUsage) { rows.withLock { $0.append(usage) } }
    func take() -> [VenueUsage] {
        rows.withLock { rows in
            defer { rows = [] }
            return rows
        }
    }
}

/// A loopback venue, and our REST client with its adapter as the engine joins them.
private struct Stage {
    let server: BinanceVenueServer
    let rest: RestClient
    let adapter: BinanceRest
    let told = Told()

    init(weightPerMinute: Int = 6000) throws {
        var options = BinanceVenueOptions()
        options.weightPerMinute = weightPerMinute
        options.accounts = [
            VenueAccount(apiKey: "one", hmacSecret: "secret", balances: ["USDT": Quantity(raw: 1000 * fixedPointUnit)])
        ]
        server = try BinanceVenueServer(options: options)
        let port = try server.start()
        let adapter = try BinanceRest(
            BinanceRestConfiguration(
                venue: VenueID(0), symbols: [BinanceSymbol(instrument: InstrumentID(0), symbol: "BTCUSDT")], assets: [],
                clientIDs: ClientOrderIDFormat(prefix: "nt-")!,
                credentials: BinanceCredentials(apiKey: "one", secret: .hmac("secret"))))
        self.adapter = adapter
        rest = try RestClient(base: "http://127.0.0.1:\(port)", caFile: nil) { [told] answer in
            guard let usage = adapter.usage(
                status: answer.status, headers: answer.headers, body: answer.body, wallNow: Self.wall)
            else { return 0 }
            told.put(usage)
            return usage.hold == .none ? 0 : usage.holdFor.raw
        }
    }

    static var wall: Nanoseconds { Nanoseconds(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

    func end() async {
        await rest.close()
        server.stop()
    }
}

@Suite struct RestClientTests {
    @Test func `Every answer tells the weight that the venue has counted`() async throws {
        let stage = try Stage()
        let depth = try #require(stage.adapter.depthSnapshot(InstrumentID(0)))
        #expect(try await stage.rest.send(depth).status == 200)
        let first = stage.told.take()
        #expect(first.count == 1 && first[0].weight.used == 50 && first[0].hold == .none, "\(first)")
        #expect(first[0].weight.endsIn > .zero && first[0].weight.endsIn <= Nanoseconds(seconds: 61))
        #expect(try await stage.rest.send(stage.adapter.account(wallNow: Stage.wall)).status == 200)
        let second = stage.told.take()
        // 70, or 20 where a minute began in between.
        #expect(second.count == 1 && [70, 20].contains(second[0].weight.used), "\(second)")
        await stage.end()
    }

    @Test func `After 429 nothing more is sent, and whoever asks is told for how long`() async throws {
        let stage = try Stage(weightPerMinute: 60)
        let depth = try #require(stage.adapter.depthSnapshot(InstrumentID(0)))
        var refused: RestAnswer?
        for _ in 0..<4 where refused == nil {
            let answer = try await stage.rest.send(depth)
            if answer.status == 429 { refused = answer }
        }
        let answer = try #require(refused, "the third of two minutes at the latest")
        let wait = try #require(answer.retryAfterSeconds)
        let last = try #require(stage.told.take().last)
        #expect(last.hold == .requests && last.holdFor == Nanoseconds(seconds: Int64(wait)))
        for _ in 0..<3 {
            let error = await #expect(throws: RestError.self) { _ = try await stage.rest.send(depth) }
            guard case .held(let seconds)? = error else {
                Issue.record("\(String(describing: error)): something was sent")
                continue
            }
            #expect(seconds > 0 && seconds <= Int64(wait) + 1)
        }
        #expect(stage.told.take().isEmpty, "the venue heard nothing more")
        await stage.end()
    }

    /// A port of this machine on which nobody listens.
    private static let nobody = "http://127.0.0.1:1"

    @Test func `Where the first server gives no answer the next one is asked, and stays the one that is asked`() async throws {
        let stage = try Stage()
        let other = try RestClient(base: Self.nobody, others: [stage.rest.server], caFile: nil)
        var made = 0
        for turn in 1...2 {
            let answer = try await other.sendToAny {
                made += 1
                return stage.adapter.account(wallNow: Stage.wall)
            }
            #expect(answer.status == 200)
            #expect(made == turn + 1, "each attempt is a request of its own, and the silent server is asked once")
            #expect(other.server == stage.rest.server)
        }
        await other.close()
        await stage.end()
    }

    @Test func `Where no server answers each was asked once and the last one's reason is told`() async throws {
        let stage = try Stage()
        let other = try RestClient(base: Self.nobody, others: ["http://127.0.0.1:2", "http://127.0.0.1:3"], caFile: nil)
        var made = 0
        let error = await #expect(throws: RestError.self) {
            _ = try await other.sendToAny {
                made += 1
                return stage.adapter.account(wallNow: Stage.wall)
            }
        }
        #expect(made == 3)
        #expect("\(String(describing: error))".contains("127.0.0.1:3"))
        #expect(other.server == Self.nobody, "the next look begins with the first again")
        await other.close()
        await stage.end()
    }

    @Test func `A refusal is an answer, and no other server is asked for a better one`() async throws {
        let stage = try Stage()
        let other = try RestClient(base: stage.rest.server, others: [Self.nobody], caFile: nil)
        let answer = try await other.sendToAny {
            RestRequest(method: "GET", target: "/api/v3/account", headers: [], body: [])
        }
        #expect((400..<500).contains(answer.status), "\(answer.status)")
        #expect(other.server == stage.rest.server)
        await other.close()
        await stage.end()
    }
}
