import Core
import Gateway
import Model
import Simulation
import StrategyKit
import Testing
import Units

@Suite struct OrderRouteTests {
    @Test func `A route without a right to send holds nothing to send with`() {
        #expect(MemoryLayout<NoOrderRoute>.size == 0, "no key, no adapter, no link: it has no storage at all")
        var route = NoOrderRoute()
        let polled = route.poll(at: .zero, wallNow: .zero)
        #expect(polled == 0)
        #expect(route.takeEvent() == nil)
        let sent = route.perform(
            .state(StateChange(from: .disarmed, to: .staged, error: .none)), at: .zero, wallNow: .zero)
        #expect(!sent)
    }

    @Test func `A request through a route without a right to send ends the process`() async {
        await #expect(processExitsWith: .failure) {
            var route = NoOrderRoute()
            _ = route.perform(.cancelAll(InstrumentID(0)), at: .zero, wallNow: .zero)
        }
    }
}
