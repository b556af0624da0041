import AsyncHTTPClient
import Dispatch
import NIOCore
import NIOHTTP1
import NIOSSL
import VenueKit

/// Why a REST request has no usable answer. After `.noAnswer` the outcome of a request that changes something is
/// unknown.
package enum RestError: Error, CustomStringConvertible {
    /// Time-out, refused connection, broken TLS: nothing was heard.
    case noAnswer(String)
    /// The answer is larger than the bound.
    case tooLarge(limitBytes: Int)
    case badTrustFile(String)

    package var description: String {
        switch self {
        case .noAnswer(let why): return "no answer from the venue's REST endpoint: \(why)"
        case .tooLarge(let limit): return "the venue's REST answer is larger than \(limit) bytes"
        case .badTrustFile(let why): return "the CA file cannot be used: \(why); cure: venue.ca_file must name a PEM file"
        }
    }
}

/// A complete answer.
package struct RestAnswer: Sendable {
    package let status: Int
    package let body: [UInt8]
    /// `Retry-After` in seconds, where the venue sent it.
    package let retryAfterSeconds: Int?
}

/// Keep-alive HTTPS to one venue for the cold side: reconciliation, snapshots, guard. Certificates are verified always,
/// against the system's authorities or the given file. Any thread.
package final class RestClient: Sendable {
    package static let bodyLimitBytes = 16 << 20
    private let base: String
    private let client: HTTPClient

    /// `base` is scheme, host and port: `https://127.0.0.1:9443`.
    package init(base: String, caFile: String?) throws(RestError) {
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
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

    /// Sends one request and waits for its whole answer.
    package func send(_ request: RestRequest, timeoutMs: Int64 = 3000) async throws(RestError) -> RestAnswer {
        do {
            var outgoing = HTTPClientRequest(url: base + request.target)
            outgoing.method = HTTPMethod(rawValue: request.method)
            for (name, value) in request.headers { outgoing.headers.add(name: name, value: value) }
            if !request.body.isEmpty { outgoing.body = .bytes(ByteBuffer(bytes: request.body)) }
            let answer = try await client.execute(outgoing, timeout: .milliseconds(timeoutMs))
            let body = try await answer.body.collect(upTo: Self.bodyLimitBytes)
            return RestAnswer(
                status: Int(answer.status.code), body: Array(body.readableBytesView),
                retryAfterSeconds: answer.headers.first(name: "retry-after").flatMap { Int($0) })
        } catch is NIOTooManyBytesError {
            throw .tooLarge(limitBytes: Self.bodyLimitBytes)
        } catch {
            throw .noAnswer("\(error)")
        }
    }

    /// A client that an error left open ends by itself; after `close` this does nothing.
    deinit { client.shutdown(queue: .global()) { _ in } }

    /// Ends all connections; call once.
    package func close() async { try? await client.shutdown() }
}
