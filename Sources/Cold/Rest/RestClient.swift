import AsyncHTTPClient
import Dispatch
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization
import VenueKit

/// Why a REST request has no usable answer. After `.noAnswer` the outcome of a request that changes something is
/// unknown.
package enum RestError: Error, CustomStringConvertible {
    /// Time-out, refused connection, broken TLS: nothing was heard.
    case noAnswer(String)
    /// The venue asked to be left alone, for this long from now: nothing was sent.
    case held(seconds: Int64)
    /// The answer is larger than the bound.
    case tooLarge(limitBytes: Int)
    case badTrustFile(String)

    package var description: String {
        switch self {
        case .noAnswer(let why): return "no answer from the venue's REST endpoint: \(why)"
        case .held(let seconds): return "the venue's REST endpoint asked to be left alone for another \(seconds) s"
        case .tooLarge(let limit): return "the venue's REST answer is larger than \(limit) bytes"
        case .badTrustFile(let why): return "the CA file cannot be used: \(why); cure: venue.ca_file must name a PEM file"
        }
    }
}

/// A complete answer.
package struct RestAnswer: Sendable {
    package let status: Int
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]
    /// `Retry-After` in seconds, where the venue sent it.
    package var retryAfterSeconds: Int? {
        headers.first { $0.name.lowercased() == "retry-after" }.flatMap { Int($0.value) }
    }
}

/// Keep-alive HTTPS to one venue for the cold side: reconciliation, snapshots, guard. Certificates are verified always,
/// against the system's authorities or the given file. Any thread.
package final class RestClient: Sendable {
    package static let bodyLimitBytes = 16 << 20
    private let bases: [String]
    /// Which of them is asked.
    private let used = Mutex<Int>(0)
    private let client: HTTPClient
    private let heard: @Sendable (RestAnswer) -> Int64
    /// Until when nothing is sent, on the dispatch clock, nanoseconds.
    private let heldUntil = Mutex<UInt64>(0)

    /// `base` is scheme, host and port: `https://127.0.0.1:9443`. `others`: further servers that `use` leads to. `heard`
    /// sees every complete answer before whoever asked and answers for how many nanoseconds nothing more is sent: that is
    /// then refused with `.held`.
    package init(
        base: String, others: [String] = [], caFile: String?, heard: @escaping @Sendable (RestAnswer) -> Int64 = { _ in 0 }
    ) throws(RestError) {
        self.heard = heard
        bases = ([base] + others).map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let caFile {
            do {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(caFile))
            } catch {
                throw .badTrustFile("\(caFile): \(error)")
            }
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(3)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Requests from now on go to this server, 0 the first; a number that there is none of leads to the first.
    package func use(_ server: Int) { used.withLock { $0 = bases.indices.contains(server) ? server : 0 } }

    /// Sends one request and waits for its whole answer.
    package func send(_ request: RestRequest, timeoutMs: Int64 = 3000) async throws(RestError) -> RestAnswer {
        let waits = heldUntil.withLock { $0 }
        let now = DispatchTime.now().uptimeNanoseconds
        if now < waits { throw .held(seconds: Int64((waits - now) / 1_000_000_000) + 1) }
        do {
            var outgoing = HTTPClientRequest(url: bases[used.withLock { $0 }] + request.target)
            outgoing.method = HTTPMethod(rawValue: request.method)
            for (name, value) in request.headers { outgoing.headers.add(name: name, value: value) }
            if !request.body.isEmpty { outgoing.body = .bytes(ByteBuffer(bytes: request.body)) }
            let answer = try await client.execute(outgoing, timeout: .milliseconds(timeoutMs))
            let body = try await answer.body.collect(upTo: Self.bodyLimitBytes)
            let complete = RestAnswer(
                status: Int(answer.status.code), headers: answer.headers.map { ($0.name, $0.value) },
                body: Array(body.readableBytesView))
            let pause = heard(complete)
            if pause > 0 {
                let until = DispatchTime.now().uptimeNanoseconds + UInt64(pause)
                heldUntil.withLock { $0 = Swift.max($0, until) }
            }
            return complete
        } catch is NIOTooManyBytesError {
            throw .tooLarge(limitBytes: Self.bodyLimitBytes)
        } catch {
            throw .noAnswer("\(error)")
        }
    }

    /// A client that an error left open ends by itself; after `close` this does nothing.
    deinit { client.shutdown(queue: .global()) { _ in } }

    /// Sends to the server in use, and where it gives no answer, or one that says it failed (500 and above), to the next,
    /// until one answers or each was asked once. Whoever answered is used from then on. Only for requests that may reach
    /// the venue more than once: questions and cancels. `make` is called for each attempt, since a signed request holds its
    /// time; `nil` of it is refused as no answer.
    package func sendToAny(_ make: () -> RestRequest?) async throws(RestError) -> RestAnswer {
        var last = RestError.noAnswer("there is nothing to ask")
        for _ in bases {
            guard let request = make() else { break }
            do throws(RestError) {
                // Where another can be asked, a silent one is not waited for as long.
                let answer = try await send(request, timeoutMs: bases.count > 1 ? 1000 : 3000)
                if answer.status < 500 || bases.count == 1 { return answer }
                last = .noAnswer("status \(answer.status) of \(server)")
            } catch {
                if case .held = error { throw error }
                last = .noAnswer("\(server): \(error)")
            }
            used.withLock { $0 = ($0 + 1) % bases.count }
        }
        throw last
    }

    /// The address that is asked now.
    package var server: String { bases[used.withLock { $0 }] }

    /// Ends all connections; call once.
    package func close() async { try? await client.shutdown() }
}
