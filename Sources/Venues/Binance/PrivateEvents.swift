import Model
import Units
import Wire

/// The first look at an event of the private stream: what it is and which symbol it is about.
struct EventHead: BitwiseCopyable {
    var name = ByteView()
    var symbol = ByteView()

    /// Looks for `e` and `s` and stops when it has both. The bytes were validated before.
    init(_ event: ByteView) {
        var scanner = JSONScanner(event)
        var key = ByteView()
        guard scanner.beginObject() else { return }
        while scanner.nextMember(&key) {
            if key.equals("e") {
                if !scanner.string(&name) { return }
            } else if key.equals("s") {
                if !scanner.string(&symbol) { return }
            } else if !scanner.skipValue() {
                return
            }
            if !name.isEmpty, !symbol.isEmpty { return }
        }
    }
}

/// An `executionReport`: one change of one order (reference: Spot `user-data-stream.md`).
struct ExecutionReport: BitwiseCopyable {
    var client = ByteView()
    var originalClient = ByteView()
    var side = ByteView()
    var execution = ByteView()
    var status = ByteView()
    var rejectReason = ByteView()
    var orderID: Int64 = 0
    var trade: Int64 = -1
    /// The venue's number of this event; 0 where it does not say one.
    var executionID: Int64 = 0
    var price: Int64 = 0
    var quantity: Int64 = 0
    var lastPrice: Int64 = 0
    var lastQuantity: Int64 = 0
    var cumulative: Int64 = 0
    var commission: Int64 = 0
    var commissionAsset = ByteView()
    var time: Int64 = 0
    var isMaker = false

    /// Reads the event; `false` when a key that we use is missing, twice, or of the wrong type.
    mutating func read(_ event: ByteView) -> Bool {
        var scanner = JSONScanner(event)
        var key = ByteView()
        var seen: UInt32 = 0
        guard scanner.beginObject() else { return false }
        while scanner.nextMember(&key) {
            guard key.count == 1 else {
                if !scanner.skipValue() { return false }
                continue
            }
            var bit: UInt32 = 0
            let read: Bool
            switch key[0] {
            case UInt8(ascii: "c"): (bit, read) = (1 << 0, scanner.string(&client))
            case UInt8(ascii: "C"): (bit, read) = (1 << 1, scanner.string(&originalClient))
            case UInt8(ascii: "S"): (bit, read) = (1 << 2, scanner.string(&side))
            case UInt8(ascii: "x"): (bit, read) = (1 << 3, scanner.string(&execution))
            case UInt8(ascii: "X"): (bit, read) = (1 << 4, scanner.string(&status))
            case UInt8(ascii: "i"): (bit, read) = (1 << 5, scanner.int64(&orderID))
            case UInt8(ascii: "t"): (bit, read) = (1 << 6, scanner.int64(&trade))
            case UInt8(ascii: "I"): (bit, read) = (1 << 17, scanner.int64(&executionID))
            case UInt8(ascii: "p"): (bit, read) = (1 << 7, scanner.decimal(&price))
            case UInt8(ascii: "q"): (bit, read) = (1 << 8, scanner.decimal(&quantity))
            case UInt8(ascii: "L"): (bit, read) = (1 << 9, scanner.decimal(&lastPrice))
            case UInt8(ascii: "l"): (bit, read) = (1 << 10, scanner.decimal(&lastQuantity))
            case UInt8(ascii: "z"): (bit, read) = (1 << 11, scanner.decimal(&cumulative))
            case UInt8(ascii: "n"): (bit, read) = (1 << 12, scanner.null() || scanner.decimal(&commission))
            case UInt8(ascii: "N"): (bit, read) = (1 << 13, scanner.null() || scanner.string(&commissionAsset))
            case UInt8(ascii: "T"): (bit, read) = (1 << 14, scanner.int64(&time))
            case UInt8(ascii: "m"): (bit, read) = (1 << 15, scanner.bool(&isMaker))
            case UInt8(ascii: "r"): (bit, read) = (1 << 16, scanner.string(&rejectReason))
            default: read = scanner.skipValue()
            }
            if !read || seen & bit != 0 { return false }
            seen |= bit
        }
        guard scanner.finish(), seen & 0x1FFFF == 0x1FFFF, orderID > 0, wallTime(milliseconds: time) != nil else { return false }
        return price >= 0 && quantity >= 0 && lastPrice >= 0 && lastQuantity >= 0 && cumulative >= 0
    }

    /// Whether the report carries an execution of its order.
    var isExecution: Bool { lastQuantity > 0 && trade >= 0 && (execution.equals("TRADE") || execution.equals("CALCULATED")) }
}
