import CTLS
import TestSupport
import Testing

@testable import Transport

/// Both ends of a connection whose secrets are known: ours, and a peer that can be told to send anything.
private struct Ends: ~Copyable {
    var ours: TLSRecords
    let peer: OpaquePointer

    init(keyBytes: Int, fast: Bool = false, renewAfter: UInt64 = .max, readLimit: UInt64 = 1 << 24, swapped: Bool = false) {
        let count = keyBytes == 32 ? 48 : 32
        let write = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }
        let read = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 11 &+ 5) }
        let provider = Int32(fast ? CTLS_AEAD_IPSEC_MB : CTLS_AEAD_EVP)
        var one: OpaquePointer?
        var two: OpaquePointer?
        precondition(ctls_traffic_make(&one, keyBytes, write, read, provider) == 1, "no keys")
        precondition(ctls_traffic_make(&two, keyBytes, read, write, Int32(CTLS_AEAD_EVP)) == 1, "no keys")
        ours = TLSRecords(renewAfter: renewAfter, readLimit: readLimit)
        ours.begin(traffic: one!)
        peer = two!
    }

    deinit { ctls_traffic_destroy(peer) }

    /// A record of the peer. `padding` zeros follow the content's type.
    func send(_ type: UInt8, _ content: [UInt8], padding: Int = 0) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: content.count + padding + 64)
        // The type that the sealing adds is the last byte; with padding it is one of the zeros.
        let inner = padding == 0 ? content : content + [type] + [UInt8](repeating: 0, count: padding - 1)
        let count = ctls_seal(peer, padding == 0 ? type : 0, inner, inner.count, &out, out.count)
        precondition(count > 0, "the peer cannot encrypt")
        return Array(out[..<Int(count)])
    }

    /// What the peer reads in our bytes: content by content with its type; nil when a tag is wrong.
    func receive(_ bytes: [UInt8]) -> [(type: UInt8, content: [UInt8])]? {
        var found: [(UInt8, [UInt8])] = []
        var at = 0
        while at < bytes.count {
            let length = 5 + Int(bytes[at + 3]) << 8 + Int(bytes[at + 4])
            let record = Array(bytes[at..<at + (5 + (Int(bytes[at + 3]) << 8 | Int(bytes[at + 4])))])
            var plain = [UInt8](repeating: 0, count: length + 64)
            let count = ctls_open(peer, record, record.count, &plain)
            if count < 1 { return nil }
            let type = plain[Int(count) - 1]
            found.append((type, Array(plain[..<(Int(count) - 1)])))
            if type == 22, plain[0] == 24 { precondition(ctls_next_read_keys(peer) == 0, "no keys") }
            at += record.count
        }
        return found
    }
}

/// What own records say to bytes that come in pieces, in words.
private func read(_ records: inout TLSRecords, _ pieces: [[UInt8]]) -> (said: [String], data: [UInt8]) {
    var said: [String] = []
    var data: [UInt8] = []
    let plain = UnsafeMutableRawBufferPointer.allocate(byteCount: TLSRecords.plainBytes, alignment: 64)
    defer { plain.deallocate() }
    feeding: for piece in pieces {
        let goesOn = withGuarded(piece) { bytes -> Bool in
            records.feed(bytes)
            while true {
                switch records.next(into: plain) {
                case .needMore: return true
                case .data(let count): data += plain[..<count]
                case .ticket(let record): said.append(record.isEmpty ? "ticket unseen" : "ticket")
                case .keysRenewed(let answer): said.append(answer ? "renewed, answer" : "renewed")
                case .closed:
                    said.append("closed")
                    return false
                case .failed(let fault):
                    said.append("failed \(fault)")
                    return false
                }
            }
        }
        if !goesOn { break feeding }
    }
    return (said, data)
}

private func cut(_ bytes: [UInt8], _ dice: inout Dice) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var at = 0
    while at < bytes.count {
        let count = min(bytes.count - at, 1 + dice.below(dice.oneIn(3) ? 20_000 : 40))
        pieces.append(Array(bytes[at..<at + count]))
        at += count
    }
    return pieces
}

private func sealed(_ records: inout TLSRecords, _ bytes: [UInt8]) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: TLSRecords.sealed(bytes.count))
    let count = out.withUnsafeMutableBytes { room in bytes.withUnsafeBytes { records.seal($0, into: room) } }
    return Array(out[..<(count ?? 0)])
}

/// NewSessionTicket: lifetime, age, nonce, ticket, no extensions.
private let ticket: [UInt8] = [4, 0, 0, 18] + [0, 0, 1, 0, 9, 9, 9, 9, 1, 7, 0, 4, 1, 2, 3, 4, 0, 0]

@Suite struct TLSRecordTests {
    @Test("Key, nonce and record of RFC 8448 section 3") func theRFCsOwnRecord() throws {
        let write = hexBytes("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5")
        let read = hexBytes("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643")
        for provider in [CTLS_AEAD_EVP, CTLS_AEAD_IPSEC_MB] {
            var made: OpaquePointer?
            #expect(ctls_traffic_make(&made, 16, write, read, Int32(provider)) == 1)
            var records = TLSRecords()
            records.begin(traffic: try #require(made))
            let record = sealed(&records, (0..<50).map { UInt8($0) })
            let wanted = hexBytes(
                """
                17030300 43a23f70 54b62c94 d0affafe 8228ba55 cbefacea 42f914aa 66bcab3f 2b9819a8 a5b46b39 5bd54a9a
                20441e2b 62974e1f 5a6292a2 977014bd 1e3deae6 3aeebb21 694915e4
                """)
            #expect(record == wanted)
        }
    }

    @Test(arguments: [16, 32], [1, 2, 3, 4, 5, 6] as [UInt64])
    func whatIsSentArrivesHoweverItIsCutPaddedAndRekeyed(keyBytes: Int, seed: UInt64) {
        var dice = Dice(seed: seed)
        var ends = Ends(keyBytes: keyBytes, fast: seed % 2 == 0, renewAfter: 5)
        var wire: [UInt8] = []
        var wanted: [UInt8] = []
        var events: [String] = []
        if dice.oneIn(2) {
            wire += ends.send(22, ticket) + ends.send(22, ticket + ticket)
            events += ["ticket", "ticket"]
        }
        for _ in 0..<60 {
            switch dice.below(8) {
            case 0:
                let asks = UInt8(dice.below(2))
                wire += ends.send(22, [24, 0, 0, 1, asks])
                #expect(ctls_next_write_keys(ends.peer) == 0)
                events.append(asks == 1 ? "renewed, answer" : "renewed")
            case 1: wire += ends.send(23, [], padding: 1 + dice.below(300))
            default:
                let data = (0..<dice.below(dice.oneIn(10) ? 16_000 : 300)).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
                wire += ends.send(23, data, padding: dice.oneIn(3) ? 1 + dice.below(200) : 0)
                wanted += data
            }
        }
        wire += ends.send(21, [1, 0])
        let (said, data) = read(&ends.ours, cut(wire, &dice))
        #expect(said == events + ["closed"], "seed \(seed)")
        #expect(data == wanted, "seed \(seed)")
        // And back: keys are renewed after every fifth record, and the peer follows.
        var sent: [UInt8] = []
        var received: [UInt8] = []
        var renewals = 0
        for _ in 0..<40 {
            let data = (0..<dice.below(dice.oneIn(8) ? 50_000 : 200)).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
            sent += data
            for part in ends.receive(sealed(&ends.ours, data)) ?? [] {
                if part.type == 23 { received += part.content }
                if part.type == 22 { renewals += part.content == [24, 0, 0, 1, 0] ? 1 : 1000 }
            }
        }
        #expect(received == sent, "seed \(seed)")
        #expect(renewals > 2 && renewals < 1000, "seed \(seed)")
    }

    @Test func theFastCipherWritesTheSameBytes() throws {
        for keyBytes in [16, 32] {
            var plain = Ends(keyBytes: keyBytes)
            var fast = Ends(keyBytes: keyBytes, fast: true)
            guard fast.ours.isFast else { return SharedFiles.skip("fast cipher", "libipsec-mb or AVX2 is not here") }
            for size in [0, 1, 15, 16, 17, 200, 4000, 16384, 40_000] {
                let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 13) }
                let one = sealed(&plain.ours, bytes)
                #expect(one == sealed(&fast.ours, bytes), "\(size) bytes")
                #expect(fast.receive(one) != nil)
            }
        }
    }

    @Test func whatHasNoPlaceIsRefusedByItsName() {
        struct Row {
            let name: String
            let said: String
            let bytes: (borrowing Ends) -> [UInt8]
        }
        let rows = [
            Row(name: "a plain alert", said: "failed unexpected") { _ in [21, 3, 3, 0, 2, 2, 40] },
            Row(name: "a late ChangeCipherSpec", said: "failed unexpected") { _ in [20, 3, 3, 0, 1, 1] },
            Row(name: "a plain handshake record", said: "failed unexpected") { _ in [22, 3, 3, 0, 4, 0, 0, 0, 0] },
            Row(name: "another version", said: "failed unexpected") { _ in [23, 3, 1, 0, 20] + [UInt8](repeating: 0, count: 20) },
            Row(name: "too long", said: "failed overflow") { _ in [23, 3, 3, 0x40, 0x12] },
            Row(name: "too short for a tag", said: "failed malformed") { _ in [23, 3, 3, 0, 16] },
            Row(name: "one bit of the data", said: "failed badTag") { var r = $0.send(23, [1, 2, 3]); r[6] ^= 1; return r },
            Row(name: "one bit of the tag", said: "failed badTag") { var r = $0.send(23, [1, 2, 3]); r[r.count - 1] ^= 0x80; return r },
            Row(name: "a record sent twice", said: "failed badTag") { let r = $0.send(23, [1]); return r + r },
            Row(name: "records in the wrong order", said: "failed badTag") { let r = $0.send(23, [1]); return $0.send(23, [2]) + r },
            Row(name: "nothing but padding", said: "failed unexpected") { $0.send(0, [0, 0, 0]) },
            Row(name: "an inner ChangeCipherSpec", said: "failed unexpected") { $0.send(20, [1]) },
            Row(name: "an empty handshake", said: "failed unexpected") { $0.send(22, [], padding: 1) },
            Row(name: "a handshake cut short", said: "failed unexpected") { $0.send(22, [4, 0, 0, 9, 1]) },
            Row(name: "a second ServerHello", said: "failed unexpected") { $0.send(22, [2, 0, 0, 0]) },
            Row(name: "a request for a certificate", said: "failed unexpected") { $0.send(22, [13, 0, 0, 3, 0, 0, 0]) },
            Row(name: "new keys before more", said: "failed unexpected") { $0.send(22, [24, 0, 0, 1, 0] + ticket) },
            Row(name: "new keys, asked oddly", said: "failed malformed") { $0.send(22, [24, 0, 0, 1, 2]) },
            Row(name: "new keys without a byte", said: "failed malformed") { $0.send(22, [24, 0, 0, 0]) },
            Row(name: "a fatal alert", said: "failed alert(40)") { $0.send(21, [2, 40]) },
            Row(name: "half an alert", said: "failed malformed") { $0.send(21, [2]) },
            Row(name: "the user left", said: "closed") { $0.send(21, [1, 90]) + $0.send(21, [1, 0]) },
        ]
        for row in rows {
            var ends = Ends(keyBytes: 16)
            let bytes = row.bytes(ends)
            #expect(read(&ends.ours, [bytes]).said.last == row.said, "\(row.name)")
            var again = Ends(keyBytes: 16)
            #expect(read(&again.ours, row.bytes(again).map { [$0] }).said.last == row.said, "\(row.name), byte by byte")
        }
    }

    @Test func emptyRecordsWithoutEndAreRefused() {
        var ends = Ends(keyBytes: 16)
        let flood = (0...TLSRecords.idleLimit).flatMap { _ in ends.send(23, [], padding: 1) }
        #expect(read(&ends.ours, [flood]).said == ["failed unexpected"])
        var other = Ends(keyBytes: 16)
        let calm = (0..<100).flatMap { other.send(23, [], padding: 1) + other.send(23, [UInt8($0)]) }
        #expect(read(&other.ours, [calm]).data.count == 100)
    }

    @Test func oneKeyReadsNoMoreThanItMay() {
        var ends = Ends(keyBytes: 16, readLimit: 4)
        let five = (0..<5).flatMap { ends.send(23, [UInt8($0)]) }
        let (said, data) = read(&ends.ours, [five])
        #expect(data == [0, 1, 2, 3] && said == ["failed exhausted"])
    }

    @Test func aTicketAfterDataIsNotShownToOpenSSLWhichHasNotSeenTheData() {
        var ends = Ends(keyBytes: 16)
        let wire = ends.send(22, ticket) + ends.send(23, [1]) + ends.send(22, ticket)
        #expect(read(&ends.ours, [wire]).said == ["ticket", "ticket unseen"])
    }

    @Test func bytesThatWereChangedAreNeverTaken() {
        var dice = Dice(seed: 77)
        fuzz("TLS records", corpus: [[]], rounds: 3_000, expectsTaken: false) { dice in
            (0..<4).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
        } property: { input in
            var ends = Ends(keyBytes: dice.oneIn(2) ? 16 : 32, fast: dice.oneIn(2))
            let data = (0..<3).map { _ in (0..<(1 + dice.below(80))).map { _ in UInt8(truncatingIfNeeded: dice.next()) } }
            var wire = ends.send(22, ticket) + data.flatMap { ends.send(23, $0) }
            let clean = wire
            for byte in input where !wire.isEmpty {
                switch byte % 4 {
                case 0: wire[dice.below(wire.count)] ^= 1 << (byte >> 5)
                case 1: wire.remove(at: dice.below(wire.count))
                case 2: wire.insert(byte, at: dice.below(wire.count + 1))
                default: wire.removeSubrange(dice.below(wire.count)...)
                }
            }
            let (said, got) = read(&ends.ours, cut(wire, &dice))
            let all = data.flatMap { $0 }
            guard all.starts(with: got) else { return .wrong("data that nobody sent: \(got)") }
            if wire == clean { return got == all ? .taken : .wrong("unchanged and not taken") }
            if wire.count >= clean.count, got == all, said.allSatisfy({ !$0.hasPrefix("failed") }), !wire.starts(with: clean) {
                return .wrong("changed and taken")
            }
            return .refused
        }
    }
}
