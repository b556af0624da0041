public import Uring

/// What stops the transport from starting. Each says its cause and its cure.
public enum TransportError: Error, CustomStringConvertible {
    /// The kernel gave no io_uring.
    case ring(UringError)
    /// The trusted certificates could not be loaded.
    case trustStore(file: String?, reason: String)
    /// The host name has no address.
    case unresolved(host: String)

    public var description: String {
        switch self {
        case .ring(let error):
            error.description
        case .trustStore(let file?, let reason):
            "The trusted certificates in \(file) cannot be loaded (\(reason)). Cure: name a readable PEM file."
        case .trustStore(nil, let reason):
            "The system's trusted certificates cannot be loaded (\(reason)). Cure: install the package ca-certificates."
        case .unresolved(let host):
            "The host \(host) has no address. Cure: check the name and the resolver in /etc/resolv.conf."
        }
    }
}

/// The part of opening a link in which a time-out fell.
public enum LinkPhase: UInt8, Sendable { case connect, tls, upgrade, idle, close }

/// Why a link is closed. Stable for logs and journals through `code`.
public enum LinkCloseReason: Sendable, Equatable {
    /// We asked for it.
    case requested
    /// The peer ended the TCP connection (or TLS) without a WebSocket Close.
    case peerEnded
    /// The peer's WebSocket Close, with its code (1005: none given).
    case peerClosed(code: UInt16)
    case socket(errno: Int32)
    case connectFailed(errno: Int32)
    /// The certificate was refused; `Link.failureText` says why.
    case untrusted
    /// TLS failed otherwise; `Link.failureText` says why.
    case tls
    case timeout(LinkPhase)
    case upgrade(UpgradeFault)
    case webSocket(WebSocketFault)
    /// The configured request cannot be written, or the session could not be made.
    case configuration
    /// The kernel's submission queue stayed full.
    case ringFull

    public var code: UInt16 {
        switch self {
        case .requested: 0
        case .peerEnded: 1
        case .peerClosed: 2
        case .socket: 3
        case .connectFailed: 4
        case .untrusted: 5
        case .tls: 6
        case .timeout: 7
        case .upgrade: 8
        case .webSocket: 9
        case .configuration: 10
        case .ringFull: 11
        }
    }
}

extension LinkCloseReason {
    /// What a `code` says, for people.
    public static func words(code: UInt16) -> StaticString {
        switch code {
        case 0: "closed by us"
        case 1: "ended by the peer"
        case 2: "closed by the peer"
        case 3: "socket error"
        case 4: "connection refused"
        case 5: "certificate refused"
        case 6: "TLS failed"
        case 7: "no answer in time"
        case 8: "upgrade refused"
        case 9: "WebSocket fault"
        case 10: "bad configuration"
        case 11: "ring full"
        default: "unknown end"
        }
    }
}
