import Testing

@testable import Core

/// Counted up by each reading; the function that a meter calls cannot capture.
private nonisolated(unsafe) var ticks: UInt64 = 0

@Suite(.serialized) struct GateMeterTests {
    @Test func `Without a counter nothing is read and nothing noted`() {
        var meter = GateMeter()
        #expect(meter.read() == 0)
        meter.note(since: 0)
        #expect(meter.spent == 0 && meter.judged == 0)
    }

    @Test func `It adds what each judging took, counts them, and begins anew when taken`() {
        unsafe ticks = 100
        var meter = GateMeter()
        meter.counter = {
            unsafe ticks += 7
            return unsafe ticks
        }
        let began = meter.read()
        #expect(began == 107)
        meter.note(since: began)
        meter.note(since: 100)
        #expect(meter.spent == 7 + 21 && meter.judged == 2)
        meter.reset()
        #expect(meter.spent == 0 && meter.judged == 0)
    }

    @Test func `A counter that wraps round is no trap`() {
        unsafe ticks = .max - 2
        var meter = GateMeter()
        meter.counter = {
            unsafe ticks &+= 5
            return unsafe ticks
        }
        meter.note(since: .max - 2)
        #expect(meter.spent == 5)
    }
}
