import Model
import Testing
import Units
import VenueKit

@testable import Binance

/// 12.5 s into a minute, 7,000.0125 s before the day's end.
private let wall = Nanoseconds(milliseconds: 1_668_470_400_000 - 7_000_000 + 12_500 + 20_000)

private func usage(_ status: Int, _ headers: [(name: String, value: String)], _ body: String = "") throws -> VenueUsage? {
    try BinanceRest(
        BinanceRestConfiguration(
            venue: VenueID(3),
            symbols: [BinanceSymbol(instrument: InstrumentID(0), symbol: "BTCUSDT")], assets: [], clientIDs: ClientOrderIDFormat(prefix: "nt-")!, credentials: nil)
    ).usage(status: status, headers: headers, body: Array(body.utf8), wallNow: wall)
}

@Suite struct RestUsageTests {
    @Test("Weight and order counts are read from the headers of any answer, in any case")
    func counts() throws {
        let told = try #require(
            try usage(200, [
                (name: "X-MBX-USED-WEIGHT", value: "9"), (name: "X-MBX-USED-WEIGHT-1M", value: "120"),
                (name: "x-mbx-order-count-10s", value: "3"), (name: "X-Mbx-Order-Count-1D", value: "44"),
            ]))
        #expect(told.venue == VenueID(3) && told.hold == .none)
        #expect([told.weight.used, told.orders.used, told.ordersLong.used] == [120, 3, 44])
        #expect([told.weight.limit, told.orders.limit, told.ordersLong.limit] == [0, 0, 0], "the limits are not told")
        #expect(told.weight.endsIn == Nanoseconds(milliseconds: 60_000 - wall.milliseconds % 60_000 + 1000))
        #expect(told.orders.endsIn == Nanoseconds(milliseconds: 10_000 - wall.milliseconds % 10_000 + 1000))
        #expect(told.ordersLong.endsIn == Nanoseconds(milliseconds: 86_400_000 - wall.milliseconds % 86_400_000 + 1000))
    }

    @Test("What is no count says nothing")
    func nothing() throws {
        #expect(try usage(200, []) == nil)
        for (name, value) in [
            ("x-mbx-used-weight-1m", "many"), ("x-mbx-used-weight-1m", "-1"), ("x-mbx-used-weight-", "1"),
            ("x-mbx-used-weight-0m", "1"), ("x-mbx-used-weight-1x", "1"), ("x-mbx-used-weight-1h", "1"),
            ("x-mbx-order-count-s", "1"), ("retry-after", "5"), ("date", "now"),
        ] { #expect(try usage(200, [(name: name, value: value)]) == nil, "\(name): \(value)") }
        #expect(try usage(400, [], #"{"code":-1121,"msg":"Invalid symbol."}"#) == nil)
        #expect(try usage(503, [], "<html>") == nil)
        #expect(try usage(200, [(name: "x-mbx-used-weight-1m", value: "99999999999")])?.weight.used == .max)
    }

    @Test("418 and 403 hold everything, 429 all but cancels, -1015 new orders, for as long as the venue says")
    func holds() throws {
        let retry = [(name: "Retry-After", value: "17")]
        let cases: [(Int, [(name: String, value: String)], String, VenueUsage.Hold, Int64)] = [
            (418, retry, "", .all, 17_000), (418, [], "", .all, 120_000), (403, [], "<html>", .all, 120_000),
            (429, retry, #"{"code":-1003,"msg":"Too many requests."}"#, .requests, 17_000),
            (429, [], "", .requests, 60_000 - wall.milliseconds % 60_000 + 1000),
            (429, retry, #"{"code":-1015,"msg":"Too many new orders."}"#, .orders, 17_000),
            (429, [], #"{"code":-1015,"msg":"Too many new orders."}"#, .orders, 10_000 - wall.milliseconds % 10_000 + 1000),
            (418, [(name: "retry-after", value: "999999999")], "", .all, 259_200_000),
            (418, [(name: "retry-after", value: "0")], "", .all, 120_000),
        ]
        for (status, headers, body, hold, milliseconds) in cases {
            let told = try #require(try usage(status, headers, body), "\(status)")
            #expect(told.hold == hold && told.holdFor.milliseconds == milliseconds, "\(status) \(headers) \(body): \(told)")
        }
    }
}
