import NIOCore
import NIOWebSocket

/// One upgraded WebSocket connection. Event-loop thread only, which is what makes the unchecked conformance true.
package final class LoopbackConnection: @unchecked Sendable {
    package let id: Int
    /// The request target of the upgrade, split at `?`.
    package let path: String
    package let query: String
    /// Which of the server's listeners it came to: 0 the first.
    package let door: Int
    private let channel: any Channel
    private var holdsUnsent = false
    private(set) var isClosing = false

    init(id: Int, target: String, door: Int, channel: any Channel) {
        self.id = id
        self.door = door
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        query = parts.count > 1 ? String(parts[1]) : ""
        self.channel = channel
    }

    /// Whether the peer reads fast enough; `false` means its socket buffer is full.
    package var isWritable: Bool { channel.isWritable }

    /// Queues one text message and flushes it.
    package func send(_ text: String) {
        guard !isClosing else { return }
        write(.text, ByteBuffer(string: text))
        channel.flush()
    }

    /// Queues one text message, to leave with the next flush.
    package func queue(_ text: String) {
        guard !isClosing else { return }
        write(.text, ByteBuffer(string: text))
        holdsUnsent = true
    }

    /// Sends what was queued.
    package func flush() {
        guard holdsUnsent, !isClosing else { return }
        holdsUnsent = false
        channel.flush()
    }

    package func ping(_ payload: String) {
        guard !isClosing else { return }
        write(.ping, ByteBuffer(string: payload))
        channel.flush()
    }

    func pong(_ payload: ByteBuffer) {
        guard !isClosing else { return }
        write(.pong, payload)
        channel.flush()
    }

    /// Sends a close frame and closes the socket after it.
    package func close(code: Int, reason: String = "") {
        guard !isClosing else { return }
        var payload = ByteBuffer()
        payload.write(webSocketErrorCode: WebSocketErrorCode(codeNumber: code))
        payload.writeString(reason)
        write(.connectionClose, payload)
        channel.flush()
        isClosing = true
        channel.close(promise: nil)
    }

    /// Closes the socket without a word, as a broken link does.
    package func abort() {
        isClosing = true
        channel.close(promise: nil)
    }

    private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer) {
        channel.write(WebSocketFrame(fin: true, opcode: opcode, data: data), promise: nil)
    }
}
