import Transport
import Units
import Uring
import VenueKit
import Wire

/// Where one link goes and how it is kept: cold values, turned into a live link on the thread that drives it.
public struct LinkPlan: Sendable {
    public var address: SocketAddress
    public var description: LinkDescription
    /// PEM file of the authorities to trust; `nil` means the system's.
    public var caFile: String?
    /// Randomness of masks, keys and back-off jitter.
    public var seed: UInt64
    /// The connection is replaced before the venue cuts it at this age.
    public var maximumAge = Nanoseconds(seconds: 23 * 3600)
    /// Silence after which the connection counts as dead.
    public var idleTimeout = Nanoseconds(seconds: 45)
    /// Orders only: the link is not opened before the core accepts an `unlatch`. For a start with the kill latch set.
    public var startsHeld = false

    public init(address: SocketAddress, description: LinkDescription, caFile: String?, seed: UInt64) {
        self.address = address
        self.description = description
        self.caFile = caFile
        self.seed = seed
    }
}

/// A link that opens itself again: jittered exponential back-off from 100 ms to 10 s, and a new connection before the
/// venue's own cut. One ring, one link, one thread. Only `init` allocates, and OpenSSL at each handshake.
struct LinkKeeper: ~Copyable {
    private let queue: UringQueue
    var link: Link
    private let maximumAge: Nanoseconds
    private var random: UInt64
    private var failures: Int64 = 0
    private var openAt = Nanoseconds.zero
    private var wasOpen = false

    init(_ plan: LinkPlan) throws(LinkKeeperError) {
        var configuration = LinkConfiguration(
            address: plan.address, host: plan.description.tlsName.isEmpty ? plan.description.host : plan.description.tlsName,
            hostHeader: "\(plan.description.host):\(plan.description.port)", seed: plan.seed)
        configuration.target = plan.description.path
        configuration.idleTimeout = plan.idleTimeout
        configuration.messageLimit = 4 << 20
        let tls: TLSContext?
        do {
            tls = plan.description.tlsName.isEmpty ? nil : try TLSContext(caFile: plan.caFile)
        } catch {
            throw LinkKeeperError(reason: "\(error)")
        }
        do {
            queue = try UringQueue()
        } catch {
            throw LinkKeeperError(reason: "\(error)")
        }
        link = Link(configuration, ring: queue.handle, slot: 1, tls: tls)
        maximumAge = plan.maximumAge
        random = plan.seed | 1
    }

    /// One turn: completions, time-outs, and opening again when it is due. How much was done.
    mutating func poll<Handler: LinkHandler & ~Copyable>(at now: Nanoseconds, _ handler: inout Handler) -> Int {
        switch link.state {
        case .idle, .closed: reopen(at: now)
        case .open:
            wasOpen = true
            if now - link.openedAt > maximumAge { link.close() }
        case .connecting, .securing, .upgrading, .closing, .draining: break
        }
        return link.poll(queue, now: now, &handler)
    }

    /// Closes the connection; the next turns open a new one.
    mutating func reconnect() { link.close() }

    /// Ends the connection and waits, bounded, until the kernel has let go of its buffers.
    mutating func shutDown<Handler: LinkHandler & ~Copyable>(at now: Nanoseconds, _ handler: inout Handler) {
        link.close()
        var time = now
        let giveUp = now + Nanoseconds(seconds: 3)
        while link.state != .closed, link.state != .idle {
            queue.wait(nanoseconds: 1_000_000)
            time = SystemInputs.monotonicNow()
            _ = link.poll(queue, now: time, &handler)
            if time > giveUp { link.abort() }
        }
    }

    private mutating func reopen(at now: Nanoseconds) {
        if openAt == .zero {
            failures = wasOpen ? 0 : min(failures + 1, 8)
            wasOpen = false
            let ceiling = min(Int64(100_000_000) << failures, 10_000_000_000)
            openAt = link.state == .idle ? now : now + Nanoseconds(raw: ceiling / 2 + draw(below: ceiling / 2))
        }
        guard now >= openAt else { return }
        openAt = .zero
        link.open(now: now)
    }

    /// xorshift64*: jitter, not secrecy.
    private mutating func draw(below bound: Int64) -> Int64 {
        random ^= random >> 12
        random ^= random << 25
        random ^= random >> 27
        return Int64((random &* 0x2545_F491_4F6C_DD1D) >> 1) % bound
    }
}

/// Why a link cannot even be made, in words with the cure.
struct LinkKeeperError: Error { let reason: String }

extension Link: FrameSink {
    /// Encrypts and submits one text frame at once.
    public mutating func send(text: ByteView) -> Bool {
        guard let base = unsafe text.base else { return false }
        return unsafe sendText(UnsafeRawBufferPointer(start: base, count: text.count))
    }
}
