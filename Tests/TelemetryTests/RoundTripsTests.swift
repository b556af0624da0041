import Model
import Telemetry
import Testing
import Units

@Suite struct RoundTripsTests {
    private func client(_ number: Int) -> ClientOrderID { ClientOrderID(run: 1, sequence: UInt32(number)) }
    private func at(_ ns: Int64) -> Nanoseconds { Nanoseconds(raw: ns) }
    private func row(_ trips: RoundTrips, _ stage: String) -> LatencySummary? { trips.summaries.first { $0.stage == stage } }

    @Test func `Every kind has its row, and those that were never answered are empty`() {
        let trips = RoundTrips()
        #expect(trips.summaries.map(\.stage) == ["order_round_trip", "cancel_round_trip", "amend_round_trip", "query_round_trip"])
        #expect(trips.summaries.allSatisfy { $0.count == 0 && $0.p50 == 0 && $0.max == 0 })
    }

    @Test func `A span is from the request to its first answer, of its own kind and order`() {
        var trips = RoundTrips()
        trips.asked(.place, client(1), at: at(100))
        trips.asked(.cancel, client(1), at: at(150))
        trips.asked(.place, client(2), at: at(200))
        trips.answered(.place, client(2), at: at(900))
        trips.answered(.place, client(1), at: at(400))
        // A second answer, one without a question, and one of another kind change nothing.
        trips.answered(.place, client(1), at: at(5000))
        trips.answered(.query, client(1), at: at(5000))
        trips.answered(.place, client(9), at: at(5000))
        let orders = row(trips, "order_round_trip")
        #expect(orders?.count == 2 && orders?.p50 == 700 && orders?.max == 700)
        #expect(row(trips, "cancel_round_trip")?.count == 0)
        trips.answered(.cancel, client(1), at: at(160))
        #expect(row(trips, "cancel_round_trip")?.max == 10)
    }

    @Test func `Percentiles are over the newest, count and maximum over all`() {
        var trips = RoundTrips()
        func add(_ number: Int, _ span: Int64) {
            trips.asked(.place, client(number), at: at(0))
            trips.answered(.place, client(number), at: at(span))
        }
        add(0, 1_000_000)
        for number in 1...4096 { add(number, Int64(number)) }
        let summary = row(trips, "order_round_trip")
        #expect(summary?.count == 4097 && summary?.max == 1_000_000)
        #expect(summary?.p50 == 2049 && summary?.p99 == 4056 && summary?.p999 == 4092)
    }

    @Test func `Requests that are never answered take no more than their room`() {
        var trips = RoundTrips()
        for number in 0..<10_000 { trips.asked(.cancel, client(number), at: at(Int64(number))) }
        // The newest are kept, the oldest forgotten.
        trips.answered(.cancel, client(9_999), at: at(10_009))
        trips.answered(.cancel, client(0), at: at(20_000))
        #expect(row(trips, "cancel_round_trip")?.count == 1 && row(trips, "cancel_round_trip")?.max == 10)
    }
}
