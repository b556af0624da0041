import Rings
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
    /// Who encrypts once the handshake is done.
    public var records = TLSRecordProvider.openssl
    /// Randomness of masks, keys and back-off jitter.
    public var seed: UInt64
    /// Back-off, attempts per window, and the age at which a connection is replaced before the venue cuts it.
    public var reconnect = Reconnector.Rules()
    /// Silence after which the connection counts as dead.
    public var idleTimeout = Nanoseconds(seconds: 45)
    /// Orders only: the link is not opened before the core accepts an `unlatch`. For a start with the kill latch set.
    public var startsHeld = false
    /// Where the link's thread shows what it hears.
    public let gauges = LinkGauge.board()

    public init(address: SocketAddress, description: LinkDescription, caFile: String?, seed: UInt64) {
        self.address = address
        self.description = description
        self.caFile = caFile
        self.seed = seed
        // A venue that comes back is met within seconds.
        reconnect.longestDelay = Nanoseconds(seconds: 10)
    }
}

extension LinkPlan {
    /// Address and names, as a link is told them.
    var place: LinkConfiguration {
        var place = LinkConfiguration(
            address: address, host: description.tlsName.isEmpty ? description.host : description.tlsName,
            hostHeader: "\(description.host):\(description.port)", seed: seed)
        place.target = description.path
        return place
    }
}

/// A link that opens itself again, when `LinkSchedule` says. One ring, one link, one thread. Only `init` allocates: what
/// OpenSSL needs for handshakes is taken there too.
struct LinkKeeper: ~Copyable {
    private let queue: UringQueue
    var link: Link
    private var schedule: LinkSchedule

    init(_ plan: LinkPlan) throws(LinkKeeperError) {
        var configuration = plan.place
        configuration.idleTimeout = plan.idleTimeout
        configuration.messageLimit = 4 << 20
        configuration.records = plan.records
        let tls: TLSContext?
        do {
            tls = plan.description.tlsName.isEmpty ? nil : try TLSContext(caFile: plan.caFile)
            if tls != nil { TLSContext.prepareThread() }
        } catch {
            throw LinkKeeperError(reason: "\(error)")
        }
        do {
            queue = try UringQueue()
        } catch {
            throw LinkKeeperError(reason: "\(error)")
        }
        link = Link(configuration, ring: queue.handle, slot: 1, tls: tls)
        schedule = LinkSchedule(plan.reconnect, seed: plan.seed)
    }

    /// One turn: completions, time-outs, and opening again when it is due. How much was done.
    mutating func poll<Handler: LinkHandler & ~Copyable>(at now: Nanoseconds, _ handler: inout Handler) -> Int {
        switch schedule.step(link.state, at: now) {
        case .none: break
        case .open: link.open(now: now)
        case .close: link.close()
        }
        return link.poll(queue, now: now, &handler)
    }

    /// How often the link was opened, and how often replaced before its time.
    mutating func count(into counters: inout FeedLinkCounters) {
        counters.connections = schedule.connections
        counters.replacements = schedule.replacements
    }

    /// The venue has banned us: no attempt before this time.
    mutating func banned(until time: Nanoseconds) { schedule.banned(until: time) }

    /// Closes the connection; the next turns open a new one.
    mutating func reconnect() { link.close() }

    /// No connection and no attempt: the link may go elsewhere.
    var isClosed: Bool { mutating get { link.state == .closed || link.state == .idle } }

    /// The next connection goes to another server; at once where `isUrgent`. Precondition: `isClosed`.
    mutating func redirect(to server: LinkConfiguration, isUrgent: Bool, at now: Nanoseconds) {
        link.redirect(to: server)
        if isUrgent { schedule.expedite(at: now) }
    }

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
