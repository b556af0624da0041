import Model
import Units
import Wire

/// A connection that an adapter asks for: what it is for, where it goes and what speaks on it. Cold.
public struct LinkDescription: Sendable, Equatable {
    /// What is spoken on the connection.
    public enum Kind: Sendable, Equatable { case webSocket, http }
    public var role: LinkRole
    public var kind: Kind
    public var host: String
    public var port: UInt16
    /// Path with query, as it goes into the upgrade request; empty for HTTP links.
    public var path: String
    /// Name to verify the certificate against; empty for a link without TLS (loopback only).
    public var tlsName: String

    public init(role: LinkRole, kind: Kind, host: String, port: UInt16, path: String, tlsName: String) {
        self.role = role
        self.kind = kind
        self.host = host
        self.port = port
        self.path = path
        self.tlsName = tlsName
    }
}

/// Where an adapter's frames leave. Implemented by the gateway over a link, by tests over an array.
public protocol FrameSink: ~Copyable {
    /// Queues one text frame; the bytes are copied before the call returns. `false` when the link cannot take it now:
    /// then nothing of it was sent.
    mutating func send(text: ByteView) -> Bool
}
