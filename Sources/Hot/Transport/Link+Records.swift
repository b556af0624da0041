internal import CTLS
import Uring

/// Own TLS records under a link: taken over when the handshake is done, given up at the first thing that has no place.
extension Link {
    /// Takes the keys where the configuration wants it and the cipher allows it. False when the link is going.
    mutating func takeOver(_ session: OpaquePointer) -> Bool {
        guard configuration.records == .own, !recordsFellBack else { return true }
        guard let _ = unsafe records.begin(session, fast: configuration.useFastCipher) else {
            recordsFailed(.provider)
            return false
        }
        return true
    }

    /// Reads the records in what came from the socket.
    mutating func takeRecords<Handler: LinkHandler & ~Copyable>(
        _ bytes: UnsafeRawBufferPointer, _ session: OpaquePointer, _ handler: inout Handler
    ) {
        unsafe records.feed(bytes)
        reading: while state != .draining, records.isActive {
            switch unsafe records.next(into: plain) {
            case .needMore: break reading
            case .data(let count):
                stamps.decrypted = ProcessorTicks.now()
                unsafe takePlain(UnsafeRawBufferPointer(rebasing: plain[..<count]), &handler)
                if records.hasInput { stamps.readBegan = ProcessorTicks.now() }
            case .ticket(let record): unsafe show(record, session)
            case .keysRenewed(let answer): if answer { renewKeys() }
            case .closed: tearDown(.peerEnded)
            case .failed(let fault): recordsFailed(fault)
            }
        }
        pump()
    }

    /// Gives OpenSSL the record with a ticket: it knows what to do with one.
    private func show(_ record: UnsafeRawBufferPointer, _ session: OpaquePointer) {
        guard let from = record.baseAddress, let into = unsafe plain.baseAddress else { return }
        unsafe beginTLSOutput(session)
        unsafe ctls_feed(session, from, record.count)
        // Nothing to read comes of it; a ticket that OpenSSL refuses costs the resumption and no more.
        _ = unsafe ctls_read(session, into, plain.count)
    }

    private mutating func renewKeys() {
        guard unsafe output.count - sendEnd >= 64 else { return recordsFailed(.provider) }
        guard let written = unsafe records.renew(into: UnsafeMutableRawBufferPointer(rebasing: output[sendEnd...])) else {
            return recordsFailed(.provider)
        }
        sendEnd += written
    }

    /// Queues an alert where there is room; 0 is close_notify.
    mutating func sendAlert(_ description: UInt8) {
        guard unsafe output.count - sendEnd >= 64 else { return }
        let room = unsafe UnsafeMutableRawBufferPointer(rebasing: output[sendEnd...])
        if let written = unsafe records.alert(description, into: room) { sendEnd += written }
    }

    /// Ends the link for a fault in its records; the next `open` leaves them to OpenSSL.
    mutating func recordsFailed(_ fault: TLSRecordFault) {
        recordsFellBack = true
        let text = fault.text
        let count = Swift.min(text.utf8CodeUnitCount, 255)
        for index in 0..<count { unsafe errorText[index] = CChar(bitPattern: text.utf8Start[index]) }
        unsafe errorText[count] = 0
        if let alert = fault.alert, records.isActive, !sendInFlight { sendAlert(alert) }
        records.end()
        tearDown(.tls)
    }
}
