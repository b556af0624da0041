import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

/// An HTTP and WebSocket server on one loopback port, plain or TLS, with one event-loop thread that also owns the
/// application's state.
package final class LoopbackServer: @unchecked Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let application: any LoopbackApplication
    private var listeners: [any Channel] = []
    private var nextConnection = 0
    /// Event-loop thread only.
    private var open: [ObjectIdentifier: any Channel] = [:]

    package init(application: any LoopbackApplication) { self.application = application }

    /// Binds and serves. Returns the bound port. `certificate` and `key` are PEM files; both or neither.
    package func start(host: String, port: Int, certificate: String?, key: String?) throws(LoopbackStartError) -> Int {
        let tls = try Self.tlsContext(certificate: certificate, key: key)
        do {
            let channel = try bootstrap(tls, door: 0).bind(host: host, port: port).wait()
            listeners.append(channel)
            _ = channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(1)) { [self] _ in
                application.tick()
            }
            return channel.localAddress?.port ?? port
        } catch {
            throw LoopbackStartError("cannot listen on \(host):\(port): \(error)")
        }
    }

    /// One more door to the same application, on any free port, which it returns. After `start`.
    package func openDoor(host: String, certificate: String?, key: String?) throws(LoopbackStartError) -> Int {
        let tls = try Self.tlsContext(certificate: certificate, key: key)
        do {
            let channel = try bootstrap(tls, door: listeners.count).bind(host: host, port: 0).wait()
            listeners.append(channel)
            return channel.localAddress?.port ?? 0
        } catch {
            throw LoopbackStartError("cannot listen on \(host): \(error)")
        }
    }

    private func bootstrap(_ tls: NIOSSLContext?, door: Int) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try self.configure(channel, tls, door) }
            }
    }

    /// Runs `body` on the event-loop thread and waits for its value. Never call it from that thread.
    package func onLoop<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        try group.next().submit(body).wait()
    }

    /// Closes every connection and ends the thread. Call once, not from the event-loop thread.
    package func stop() {
        if !listeners.isEmpty {
            for listener in listeners { try? listener.close().wait() }
            _ = try? onLoop { [self] in for channel in open.values { channel.close(promise: nil) } }
        }
        try? group.syncShutdownGracefully()
    }

    private static func tlsContext(certificate: String?, key: String?) throws(LoopbackStartError) -> NIOSSLContext? {
        guard certificate != nil || key != nil else { return nil }
        guard let certificate, let key else {
            throw LoopbackStartError("TLS needs both a certificate file and a key file")
        }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw LoopbackStartError("cannot read the certificate \(certificate) with key \(key): \(error)")
        }
    }

    private func configure(_ channel: any Channel, _ tls: NIOSSLContext?, _ door: Int) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        let key = ObjectIdentifier(channel)
        open[key] = channel
        channel.closeFuture.whenComplete { [self] _ in open[key] = nil }
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: 1 << 20,
            shouldUpgrade: { [self] channel, head in
                let path = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)[0]
                let accepted = application.acceptsWebSocket(path: String(path))
                return channel.eventLoop.makeSucceededFuture(accepted ? HTTPHeaders() : nil)
            },
            upgradePipelineHandler: { [self] channel, head in
                channel.eventLoop.makeCompletedFuture {
                    nextConnection += 1
                    let connection = LoopbackConnection(id: nextConnection, target: head.uri, door: door, channel: channel)
                    try channel.pipeline.syncOperations.addHandler(
                        WebSocketHandler(connection: connection, application: application))
                }
            })
        let encoder = HTTPResponseEncoder()
        let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes))
        let http = HTTPHandler(application: application)
        // NIO's upgrade handler looks at the first request only and then leaves; clients do upgrade a connection they
        // have already used for REST, so each request gets a fresh one.
        http.beforeNextRequest = { [unowned http] context in
            let upgrade = HTTPServerUpgradeHandler(
                upgraders: [upgrader], httpEncoder: encoder, extraHTTPHandlers: [decoder, http],
                upgradeCompletionHandler: { _ in })
            try? context.pipeline.syncOperations.addHandler(upgrade, position: .before(http))
        }
        try pipeline.addHandlers(encoder, decoder, http)
    }
}
