import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Collects one HTTP request, asks the application, writes the answer. Keep-alive as the client asks.
final class HTTPHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    private let application: any LoopbackApplication
    private var head: HTTPRequestHead?
    private var body = ""
    private static let bodyLimit = 1 << 20
    /// Prepares the pipeline for one more request.
    var beforeNextRequest: (ChannelHandlerContext) -> Void = { _ in }

    init(application: any LoopbackApplication) { self.application = application }

    func handlerAdded(context: ChannelHandlerContext) { beforeNextRequest(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = ""
        case .body(let buffer):
            if body.utf8.count + buffer.readableBytes > Self.bodyLimit {
                context.close(promise: nil)
                return
            }
            body += String(buffer: buffer)
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let response = application.respond(
            to: LoopbackRequest(
                method: head.method.rawValue, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "",
                headers: head.headers.map { ($0.name, $0.value) }, body: body))
        var headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
        headers.replaceOrAdd(name: "Content-Length", value: String(response.body.utf8.count))
        headers.replaceOrAdd(name: "Connection", value: head.isKeepAlive ? "keep-alive" : "close")
        let status = HTTPResponseStatus(statusCode: response.status)
        context.write(wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: response.body)))), promise: nil)
        let close = !head.isKeepAlive
        let channel = context.channel
        let done = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if close { done.whenComplete { _ in channel.close(promise: nil) } } else { beforeNextRequest(context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Joins fragments, answers pings, and turns protocol mistakes into the right close code.
final class WebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    private let connection: LoopbackConnection
    private let application: any LoopbackApplication
    private var fragments: ByteBuffer?
    private static let messageLimit = 1 << 20

    init(connection: LoopbackConnection, application: any LoopbackApplication) {
        self.connection = connection
        self.application = application
    }

    func handlerAdded(context: ChannelHandlerContext) { application.opened(connection) }

    func channelInactive(context: ChannelHandlerContext) {
        application.closed(connection)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        guard !connection.isClosing else { return }
        guard frame.maskKey != nil else { return connection.close(code: 1002, reason: "frames from a client are masked") }
        switch frame.opcode {
        case .text: message(frame, starts: true)
        case .continuation: message(frame, starts: false)
        case .binary: connection.close(code: 1003, reason: "text only")
        case .ping:
            connection.pong(frame.unmaskedData)
            application.receivedPing(on: connection)
        case .pong:
            let payload = frame.unmaskedData
            application.receivedPong(Array(payload.readableBytesView), on: connection)
        case .connectionClose: connection.close(code: 1000)
        default: connection.close(code: 1002, reason: "unknown opcode")
        }
    }

    private func message(_ frame: WebSocketFrame, starts: Bool) {
        guard starts == (fragments == nil) else { return connection.close(code: 1002, reason: "fragments out of order") }
        var collected = fragments ?? ByteBuffer()
        collected.writeImmutableBuffer(frame.unmaskedData)
        guard collected.readableBytes <= Self.messageLimit else { return connection.close(code: 1009) }
        guard frame.fin else {
            fragments = collected
            return
        }
        fragments = nil
        guard let text = collected.readUTF8ValidatedString() else { return connection.close(code: 1007) }
        application.received(text, on: connection)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.close(code: 1002)
        context.close(promise: nil)
    }
}

extension ByteBuffer {
    /// The whole readable part as text, or `nil` when it is not UTF-8.
    fileprivate mutating func readUTF8ValidatedString() -> String? {
        String(validating: readableBytesView, as: UTF8.self)
    }
}
