import Memory
import Model
import Units
import Wire

/// Writes one WebSocket API request and, side by side, the text that its signature covers: all parameters sorted by
/// name, `name=value` joined by `&`, not percent-encoded. The caller gives the parameters in that order.
///
///     {"id":7,"method":"order.place","params":{"apiKey":"…",…,"type":"LIMIT","signature":"…"}}
struct RequestWriter: ~Copyable {
    private(set) var frame = ByteWriter(capacity: 2048)
    private var payload = ByteWriter(capacity: 2048)
    private var signs = false
    private var isFirst = true

    /// Whether the request is complete and fits.
    var isComplete: Bool { !frame.overflowed && !payload.overflowed }
    var view: ByteView { frame.view }

    mutating func begin(id: UInt64, method: StaticString, signs: Bool) {
        frame.reset()
        payload.reset()
        self.signs = signs
        isFirst = true
        frame.append("{\"id\":")
        frame.append(int: id)
        frame.append(",\"method\":\"")
        frame.append(method)
        frame.append("\",\"params\":{")
    }

    private mutating func name(_ name: StaticString, quoted: Bool) {
        frame.append(isFirst ? "\"" as StaticString : ",\"")
        frame.append(name)
        frame.append(quoted ? "\":\"" as StaticString : "\":")
        if signs {
            if !isFirst { payload.append("&") }
            payload.append(name)
            payload.append("=")
        }
        isFirst = false
    }

    /// Text that needs no JSON escapes.
    mutating func parameter(_ key: StaticString, _ value: StaticString) {
        name(key, quoted: true)
        frame.append(value)
        frame.append("\"")
        if signs { payload.append(value) }
    }

    mutating func parameter(_ key: StaticString, text: ShortText) {
        name(key, quoted: true)
        frame.append(text: text)
        frame.append("\"")
        if signs { payload.append(text: text) }
    }

    mutating func parameter(_ key: StaticString, bytes: borrowing Slab<UInt8>) {
        name(key, quoted: true)
        for index in 0..<bytes.count { frame.append(byte: bytes[index]) }
        frame.append("\"")
        if signs {
            for index in 0..<bytes.count { payload.append(byte: bytes[index]) }
        }
    }

    mutating func parameter(_ key: StaticString, int value: Int64) {
        name(key, quoted: false)
        frame.append(int: value)
        if signs { payload.append(int: value) }
    }

    mutating func parameter(_ key: StaticString, decimal value: some FixedPoint, fractionDigits: Int = 0) {
        name(key, quoted: true)
        frame.append(decimal: value, fractionDigits: fractionDigits)
        frame.append("\"")
        if signs { payload.append(decimal: value, fractionDigits: fractionDigits) }
    }

    /// The whole of an `order.place` that is not signed, on a session that logged on: what the parameters one by one would
    /// write, in a few pieces.
    mutating func place(
        id: UInt64, _ order: NewOrder, _ names: ClientOrderIDFormat, priceDigits: Int, window: Int64, symbol: ShortText,
        wall: Int64
    ) {
        frame.reset()
        payload.reset()
        frame.append("{\"id\":")
        frame.append(int: id)
        frame.append(",\"method\":\"order.place\",\"params\":{\"newClientOrderId\":\"")
        frame.append(text: names.prefix)
        frame.append(word: ClientOrderIDFormat.digits(order.client.run), count: 7)
        frame.append(word: ClientOrderIDFormat.digits(order.client.sequence), count: 7)
        frame.append("\",\"newOrderRespType\":\"ACK\",\"price\":\"")
        frame.append(decimal: order.price, fractionDigits: priceDigits)
        frame.append("\",\"quantity\":\"")
        frame.append(decimal: order.quantity)
        frame.append("\",\"recvWindow\":")
        frame.append(int: window)
        if order.side == .buy {
            frame.append(",\"side\":\"BUY\",\"symbol\":\"")
        } else {
            frame.append(",\"side\":\"SELL\",\"symbol\":\"")
        }
        frame.append(text: symbol)
        switch order.timeInForce {
        case .goodTillCancel: frame.append("\",\"timeInForce\":\"GTC\",\"timestamp\":")
        case .immediateOrCancel: frame.append("\",\"timeInForce\":\"IOC\",\"timestamp\":")
        case .fillOrKill: frame.append("\",\"timeInForce\":\"FOK\",\"timestamp\":")
        case .postOnly: frame.append("\",\"timestamp\":")
        }
        frame.append(int: wall)
        if order.timeInForce == .postOnly {
            frame.append(",\"type\":\"LIMIT_MAKER\"}}")
        } else {
            frame.append(",\"type\":\"LIMIT\"}}")
        }
    }

    /// Ends the request, signing it where `begin` said so.
    mutating func end(_ signer: borrowing RequestSigner) {
        if signs {
            frame.append(",\"signature\":\"")
            signer.appendSignature(of: payload.view, to: &frame)
            frame.append("\"")
        }
        frame.append("}}")
    }
}
