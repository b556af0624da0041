internal import CTLS

/// Why own records end. The number is the TLS alert that tells the peer (RFC 8446 §6).
enum TLSRecordFault: Equatable {
    /// A record's or message's type, length or place that TLS 1.3 allows nowhere here.
    case unexpected
    /// The tag is wrong: the bytes were changed on their way, or the keys differ.
    case badTag
    case overflow
    /// A message that does not parse.
    case malformed
    /// The peer sent a fatal alert of this number.
    case alert(UInt8)
    /// More records under one key than AES-GCM allows, and the peer did not renew its keys.
    case exhausted
    /// Key derivation or encryption failed inside the provider.
    case provider

    /// The alert to send; nil where the peer ended it.
    var alert: UInt8? {
        switch self {
        case .unexpected: return 10
        case .badTag: return 20
        case .overflow: return 22
        case .malformed: return 50
        case .exhausted, .provider: return 80
        case .alert: return nil
        }
    }

    var text: StaticString {
        switch self {
        case .unexpected: return "a TLS record or message of a kind that has no place here"
        case .badTag: return "a TLS record with a wrong tag: changed on its way, or under other keys"
        case .overflow: return "a TLS record longer than 2^14 bytes"
        case .malformed: return "a TLS message that does not parse"
        case .alert: return "the server ended TLS by an alert"
        case .exhausted: return "the server sent too many TLS records under one key"
        case .provider: return "the cipher's provider failed"
        }
    }
}

/// What the next bytes are.
@safe enum TLSRecordEvent {
    case needMore
    /// So many bytes of application data lie in the caller's memory.
    case data(Int)
    /// A session ticket; the whole record, for OpenSSL, which keeps it for the next connection.
    case ticket(UnsafeRawBufferPointer)
    /// The server renewed its keys, and asks for new ones of ours where `answer` says so.
    case keysRenewed(answer: Bool)
    /// close_notify.
    case closed
    case failed(TLSRecordFault)
}

/// The TLS 1.3 record protocol after the handshake (RFC 8446 §5, §4.6, §6), for AES-GCM: bytes in, events out, no I/O. The
/// handshake was OpenSSL's; whatever is not allowed here ends the link, and its owner goes back to OpenSSL's records.
///
/// Memory is taken at `init`. Engine thread only. `begin` derives keys (microseconds, allocates inside OpenSSL); nothing
/// else allocates. A record costs one AEAD operation and no copy where it arrived in one piece.
@safe struct TLSRecords: ~Copyable {
    /// Longest record: header, 2^14 bytes, type, padding and tag (RFC 8446 §5.2).
    static var longest: Int { 5 + 16384 + 256 }
    /// What `next` needs of the caller's memory.
    static var plainBytes: Int { 16384 + 256 }
    /// Keys are renewed after so many records, well before AES-GCM's 2^24.5 (RFC 8446 §5.5).
    static var renewAfter: UInt64 { 1 << 23 }
    static var readLimit: UInt64 { 1 << 24 }
    /// Records without data in a row.
    static var idleLimit: Int { 32 }

    private var traffic: OpaquePointer?
    private let pending: UnsafeMutableRawBufferPointer
    private var pendingCount = 0
    private var input: UnsafeRawBufferPointer
    private var idle = 0
    /// Records that OpenSSL was given too: a ticket can be given while there was nothing but tickets.
    private(set) var shown: UInt64 = 0
    private let renewAfter: UInt64
    private let readLimit: UInt64

    /// The limits are lower in tests only.
    init(renewAfter: UInt64 = TLSRecords.renewAfter, readLimit: UInt64 = TLSRecords.readLimit) {
        unsafe pending = .allocate(byteCount: Self.longest, alignment: 64)
        unsafe input = UnsafeRawBufferPointer(start: nil, count: 0)
        self.renewAfter = renewAfter
        self.readLimit = readLimit
    }

    deinit {
        if let traffic = unsafe traffic { unsafe ctls_traffic_destroy(traffic) }
        unsafe pending.deallocate()
    }

    /// Own records are in use.
    var isActive: Bool { unsafe traffic != nil }
    /// Encrypted by libipsec-mb, not by OpenSSL.
    var isFast: Bool {
        guard let traffic = unsafe traffic else { return false }
        return unsafe ctls_traffic_provider(traffic) == CTLS_AEAD_IPSEC_MB
    }

    /// Takes over a session whose handshake is done. False when its cipher is not AES-GCM of TLS 1.3 (the session goes on by
    /// itself), nil when the keys could not be derived.
    mutating func begin(_ session: OpaquePointer, fast: Bool) -> Bool? {
        end()
        var made: OpaquePointer?
        let taken = unsafe ctls_traffic_take(&made, session, Int32(fast ? CTLS_AEAD_IPSEC_MB : CTLS_AEAD_EVP))
        unsafe traffic = made
        return taken < 0 ? nil : taken == 1
    }

    /// Takes keys made elsewhere; tests.
    mutating func begin(traffic made: OpaquePointer) {
        end()
        unsafe traffic = made
    }

    /// Wipes the keys.
    mutating func end() {
        if let traffic = unsafe traffic { unsafe ctls_traffic_destroy(traffic) }
        unsafe traffic = nil
        (pendingCount, idle, shown) = (0, 0, 0)
        unsafe input = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// Bytes that were fed are not read yet.
    var hasInput: Bool { unsafe !input.isEmpty }

    // MARK: Reading

    /// The next bytes from the socket; valid until `next` said `needMore`. Precondition: the last ones are used up.
    mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        unsafe precondition(input.isEmpty, "bytes were not read to their end")
        unsafe input = bytes
    }

    /// Reads one record. `plain` holds `plainBytes`; what it held is gone. Never called again after `closed` or `failed`.
    mutating func next(into plain: UnsafeMutableRawBufferPointer) -> TLSRecordEvent {
        guard let traffic = unsafe traffic else { return .failed(.unexpected) }
        while true {
            guard let record = takeRecord() else { return .needMore }
            if record.count == 0 { return .failed(record.fault) }
            if unsafe ctls_traffic_read(traffic) >= readLimit { return .failed(.exhausted) }
            guard let from = unsafe record.bytes.baseAddress, let into = plain.baseAddress else { return .failed(.provider) }
            var count = unsafe Int(ctls_open(traffic, from, record.count, into))
            if count < 0 { return .failed(.badTag) }
            // Padding: zeros behind the content type (RFC 8446 §5.4).
            while count > 0, unsafe plain[count - 1] == 0 { count -= 1 }
            if count == 0 { return .failed(.unexpected) }
            let type = unsafe plain[count - 1]
            let content = unsafe UnsafeRawBufferPointer(rebasing: plain[..<(count - 1)])
            if type == 23, unsafe !content.isEmpty {
                idle = 0
                return .data(content.count)
            }
            idle += 1
            if idle > Self.idleLimit { return .failed(.unexpected) }
            switch type {
            case 23: continue
            case 22: return unsafe handshake(content, record.bytes, traffic)
            case 21:
                guard content.count == 2 else { return .failed(.malformed) }
                if unsafe content[1] == 0 { return .closed }
                if unsafe content[1] == 90 { continue }  // user_canceled: a close_notify follows
                return unsafe .failed(.alert(content[1]))
            default: return .failed(.unexpected)
            }
        }
    }

    @safe private struct Found {
        var bytes: UnsafeRawBufferPointer
        var fault = TLSRecordFault.unexpected
        var count: Int { unsafe bytes.count }
    }

    /// A whole record: where it arrived when it is whole there, else gathered. Nil: not all of it is here. Empty: refused.
    private mutating func takeRecord() -> Found? {
        if pendingCount == 0, unsafe input.count >= 5 {
            switch unsafe Self.length(input) {
            case .failure(let fault): return unsafe Found(bytes: UnsafeRawBufferPointer(start: nil, count: 0), fault: fault)
            case .success(let length):
                if unsafe input.count >= length {
                    let record = unsafe UnsafeRawBufferPointer(rebasing: input[..<length])
                    unsafe input = UnsafeRawBufferPointer(rebasing: input[length...])
                    return unsafe Found(bytes: record)
                }
            }
        }
        gather(5)
        guard pendingCount >= 5 else { return nil }
        switch unsafe Self.length(UnsafeRawBufferPointer(pending)) {
        case .failure(let fault): return unsafe Found(bytes: UnsafeRawBufferPointer(start: nil, count: 0), fault: fault)
        case .success(let length):
            gather(length)
            guard pendingCount == length else { return nil }
            pendingCount = 0
            return unsafe Found(bytes: UnsafeRawBufferPointer(rebasing: pending[..<length]))
        }
    }

    /// Moves input until `wanted` bytes are gathered, or it ends.
    private mutating func gather(_ wanted: Int) {
        let count = unsafe Swift.min(wanted - pendingCount, input.count)
        guard count > 0 else { return }
        let part = unsafe UnsafeRawBufferPointer(rebasing: input[..<count])
        unsafe UnsafeMutableRawBufferPointer(rebasing: pending[pendingCount...]).copyMemory(from: part)
        unsafe input = UnsafeRawBufferPointer(rebasing: input[count...])
        pendingCount += count
    }

    private enum Length {
        case success(Int)
        case failure(TLSRecordFault)
    }

    /// The whole record's length by its header: application data (the outer type of all that is encrypted), version 1.2 on
    /// the wire, a length that holds at least a type and a tag.
    private static func length(_ bytes: UnsafeRawBufferPointer) -> Length {
        guard unsafe bytes[0] == 23, unsafe bytes[1] == 3, unsafe bytes[2] == 3 else { return .failure(.unexpected) }
        let length = unsafe Int(bytes[3]) << 8 | Int(bytes[4])
        if length > 16384 + 1 + 16 { return .failure(.overflow) }
        return length < 1 + 16 ? .failure(.malformed) : .success(5 + length)
    }

    /// Messages after the handshake: tickets, and new keys. One split over records is refused: no server was seen to, and
    /// a link that OpenSSL then serves loses nothing.
    private mutating func handshake(
        _ content: UnsafeRawBufferPointer, _ record: UnsafeRawBufferPointer, _ traffic: OpaquePointer
    ) -> TLSRecordEvent {
        var at = 0
        var isTicket = false
        while at < content.count {
            guard content.count - at >= 4 else { return .failed(.unexpected) }
            let type = unsafe content[at]
            let length = unsafe Int(content[at + 1]) << 16 | Int(content[at + 2]) << 8 | Int(content[at + 3])
            let end = at + 4 + length
            guard end <= content.count else { return .failed(.unexpected) }
            switch type {
            case 4: isTicket = true
            case 24:
                guard length == 1 else { return .failed(.malformed) }
                let asks = unsafe content[at + 4]
                // New keys begin with the next record: nothing may follow in this one, nor come before it.
                guard end == content.count, !isTicket else { return .failed(.unexpected) }
                guard asks <= 1 else { return .failed(.malformed) }
                guard unsafe ctls_next_read_keys(traffic) == 0 else { return .failed(.provider) }
                shown = .max
                return .keysRenewed(answer: asks == 1)
            default: return .failed(.unexpected)
            }
            at = end
        }
        guard isTicket else { return .failed(.unexpected) }
        // OpenSSL reads it by its own count of records: right only while it was shown every one of them.
        guard unsafe shown == ctls_traffic_read(traffic) - 1 else { return unsafe .ticket(UnsafeRawBufferPointer(start: nil, count: 0)) }
        shown += 1
        return unsafe .ticket(record)
    }

    // MARK: Writing

    /// Bytes that `count` of plaintext need at most, keys renewed on the way included.
    static func sealed(_ count: Int) -> Int { count + (count / 16384 + 1) * 22 + 27 }

    /// Application data as records. The number of bytes written; nil when the provider failed. Precondition: `out` holds
    /// `sealed(bytes.count)`.
    mutating func seal(_ bytes: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer) -> Int? {
        guard let traffic = unsafe traffic, var to = out.baseAddress, var from = bytes.baseAddress else { return nil }
        var left = bytes.count
        var room = out.count
        if unsafe ctls_traffic_written(traffic) >= renewAfter {
            guard let count = unsafe renew(into: out) else { return nil }
            unsafe to += count
            room -= count
        }
        while left > 0 {
            let part = Swift.min(left, 16384)
            let count = unsafe Int(ctls_seal(traffic, 23, from, part, to, room))
            guard count > 0 else { return nil }
            unsafe to += count
            unsafe from += part
            room -= count
            left -= part
        }
        return out.count - room
    }

    /// Our KeyUpdate, which asks for nothing, and the keys after it. The bytes written, nil when the provider failed.
    mutating func renew(into out: UnsafeMutableRawBufferPointer) -> Int? {
        unsafe control(22, 0x18_00_00_01_00, 5, into: out) { traffic in unsafe ctls_next_write_keys(traffic) == 0 }
    }

    /// An alert; 0 is close_notify. The bytes written, nil when the provider failed.
    mutating func alert(_ description: UInt8, into out: UnsafeMutableRawBufferPointer) -> Int? {
        let level: UInt64 = description == 0 ? 1 : 2
        return unsafe control(21, level << 8 | UInt64(description), 2, into: out) { _ in true }
    }

    /// The low `count` bytes of `word`, highest first, as a record of one type.
    private mutating func control(
        _ type: UInt8, _ word: UInt64, _ count: Int, into out: UnsafeMutableRawBufferPointer,
        then: (OpaquePointer) -> Bool
    ) -> Int? {
        guard let traffic = unsafe traffic, let to = out.baseAddress, out.count >= 27 else { return nil }
        for index in 0..<count { unsafe out[5 + index] = UInt8(truncatingIfNeeded: word >> UInt64((count - 1 - index) * 8)) }
        let written = unsafe Int(ctls_seal(traffic, type, to + 5, count, to, out.count))
        return unsafe written > 0 && then(traffic) ? written : nil
    }
}
