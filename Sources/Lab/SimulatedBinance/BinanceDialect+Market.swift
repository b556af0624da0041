import Model
import Simulation
import Units
import Wire

/// Market data as the venue writes them.
extension BinanceDialect {
    package func ticker(_ top: TopOfBook, into out: inout ByteWriter) {
        begin("@bookTicker", &out)
        out.append("{\"u\":")
        out.append(int: top.updateID)
        symbolMember(&out)
        member("b", top.bidPrice, &out)
        member("B", top.bidQuantity, &out)
        member("a", top.askPrice, &out)
        member("A", top.askQuantity, &out)
        out.append("}}")
    }

    package func trade(_ trade: PublicTrade, time: Int64, into out: inout ByteWriter) {
        begin("@trade", &out)
        out.append("{\"e\":\"trade\",\"E\":")
        out.append(int: time)
        symbolMember(&out)
        out.append(",\"t\":")
        out.append(int: trade.trade.low)
        member("p", trade.price, &out)
        member("q", trade.quantity, &out)
        out.append(",\"T\":")
        out.append(int: time)
        out.append(trade.aggressor == .sell ? ",\"m\":true" as StaticString : ",\"m\":false")
        out.append(",\"M\":true}}")
    }

    package func depth(
        first: Int64, last: Int64, bids: [DisplayedLevel], asks: [DisplayedLevel], time: Int64, into out: inout ByteWriter
    ) {
        begin("@depth@100ms", &out)
        out.append("{\"e\":\"depthUpdate\",\"E\":")
        out.append(int: time)
        symbolMember(&out)
        out.append(",\"U\":")
        out.append(int: first)
        out.append(",\"u\":")
        out.append(int: last)
        out.append(",\"b\":")
        levels(bids, &out)
        out.append(",\"a\":")
        levels(asks, &out)
        out.append("}}")
    }

    package func snapshot(last: Int64, bids: [DisplayedLevel], asks: [DisplayedLevel], into out: inout ByteWriter) {
        out.reset()
        out.append("{\"lastUpdateId\":")
        out.append(int: last)
        out.append(",\"bids\":")
        levels(bids, &out)
        out.append(",\"asks\":")
        levels(asks, &out)
        out.append("}")
    }

    private func begin(_ stream: StaticString, _ out: inout ByteWriter) {
        out.reset()
        out.append("{\"stream\":\"")
        for byte in lower.utf8 { out.append(byte: byte) }
        out.append(stream)
        out.append("\",\"data\":")
    }

    private func symbolMember(_ out: inout ByteWriter) {
        out.append(",\"s\":\"")
        for byte in symbol.utf8 { out.append(byte: byte) }
        out.append("\"")
    }

    private func member(_ name: StaticString, _ value: some FixedPoint, _ out: inout ByteWriter) {
        out.append(",\"")
        out.append(name)
        out.append("\":\"")
        out.append(decimal: value)
        out.append("\"")
    }

    private func levels(_ list: [DisplayedLevel], _ out: inout ByteWriter) {
        out.append("[")
        for (index, level) in list.enumerated() {
            out.append(index == 0 ? "[\"" as StaticString : ",[\"")
            out.append(decimal: level.price)
            out.append("\",\"")
            out.append(decimal: level.quantity)
            out.append("\"]")
        }
        out.append("]")
    }
}
