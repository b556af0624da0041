import Model
import StrategyKit
import Testing
import Units

/// Notes who was called.
private final class Calls { var names: [String] = [] }

private struct Note: Strategy {
    let name: String
    let instrument: InstrumentID
    let versionHash: UInt32
    let calls: Calls
    mutating func onStart(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) { calls.names.append(name + " start") }
    mutating func onTick(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) { calls.names.append(name + " tick") }
    mutating func onTrade(_ trade: PublicTrade, _ context: borrowing StrategyContext, _ intents: inout IntentBuffer) { calls.names.append(name + " trade") }
    mutating func onFill(_ fill: Fill, _ context: borrowing StrategyContext, _ intents: inout IntentBuffer) { calls.names.append(name + " fill") }
    mutating func onTimer(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) { calls.names.append(name + " timer") }
    mutating func onStop(_ context: borrowing StrategyContext) { calls.names.append(name + " stop") }
}

private final class HeldBuffer {
    var buffer: IntentBuffer
    init(capacity: Int) { buffer = IntentBuffer(capacity: capacity) }
    func begin(_ strategy: UInt8, _ instrument: UInt16) {
        buffer.begin(strategy: StrategyID(strategy), instrument: InstrumentID(instrument))
    }
    func place(_ quantity: Int64) -> Bool {
        buffer.place(.buy, .postOnly, price: Price(raw: 7), quantity: Quantity(raw: quantity))
    }
    func cancel(_ order: OwnOrder) -> Bool { buffer.cancel(order) }
    var all: [Intent] { (0..<buffer.count).map { buffer[$0] } }
    var refused: UInt64 { buffer.refused }
}

private let instrument = Instrument(
    id: InstrumentID(0), venue: VenueID(0), base: AssetID(0), quote: AssetID(1), symbol: ShortText(),
    tickSize: Price(raw: 1), lotSize: Quantity(raw: 1), minQuantity: Quantity(raw: 1), maxQuantity: Quantity(raw: 10),
    minNotional: .zero)

@Test func aPairDeliversToItsStrategiesByNumberAndAnAbsentOneTakesNone() {
    let calls = Calls()
    func note(_ name: String, _ index: UInt16) -> SingleStrategy<Note> {
        SingleStrategy(Note(name: name, instrument: InstrumentID(index), versionHash: UInt32(index) + 10, calls: calls))
    }
    let absent: SingleStrategy<Note>? = nil
    var set = StrategyPair(StrategyPair(note("a", 0), absent), note("b", 1))
    #expect(set.count == 2)
    #expect(set.instrument(of: 1) == InstrumentID(1))
    #expect(set.versionHash(of: 0) == 10 && set.versionHash(of: 1) == 11)
    let context = StrategyContext(instrument: instrument, capacity: 1)
    var intents = IntentBuffer(capacity: 1)
    for event in [StrategyEvent.start, .tick, .timer, .stop] { set.handle(event, strategy: 1, context, &intents) }
    set.handle(.tick, strategy: 0, context, &intents)
    #expect(calls.names == ["b start", "b tick", "b timer", "b stop", "a tick"])
}

@Test func proposalsCarryTheStrategyAndInstrumentTheyWereAskedFor() {
    let held = HeldBuffer(capacity: 4)
    held.begin(3, 2)
    #expect(held.place(5))
    let own = OwnOrder(
        client: ClientOrderID(run: 1, sequence: 9), side: .sell, timeInForce: .postOnly, state: .open,
        price: Price(raw: 8), remaining: Quantity(raw: 2))
    #expect(held.cancel(own))
    #expect(held.all.map(\.kind) == [.place, .cancel])
    #expect(held.all.allSatisfy { $0.strategy == StrategyID(3) && $0.instrument == InstrumentID(2) })
    #expect(held.all[1].client == own.client && held.all[1].quantity == own.remaining)
    held.begin(0, 0)
    #expect(held.all.isEmpty)
}

@Test func aFullBufferRefusesAndCounts() {
    let held = HeldBuffer(capacity: 2)
    held.begin(0, 0)
    #expect(held.place(1) && held.place(2))
    #expect(!held.place(3) && !held.place(4))
    #expect(held.all.count == 2 && held.refused == 2)
}

@Test func parametersAreTakenExactlyOrRefusedByName() throws {
    let reader = try ParameterReader(["size": 5, "pause": 0], names: ["size", "pause", "edge"])
    #expect(try reader.value("size", in: 5...9) == 5)
    #expect(throws: ParameterError.outOfRange("size", value: 5, least: 6, most: 9)) { try reader.value("size", in: 6...9) }
    #expect(throws: ParameterError.missing("edge")) { try reader.value("edge", in: 0...9) }
    #expect(throws: ParameterError.unknown("sise")) { try ParameterReader(["sise": 5], names: ["size"]) }
}

@Test func aVersionHashChangesWithTheCodeAndEveryParameter() {
    let base = strategyVersionHash(code: 1, [1, 2, 3])
    #expect(base == strategyVersionHash(code: 1, [1, 2, 3]))
    let others = [
        strategyVersionHash(code: 2, [1, 2, 3]), strategyVersionHash(code: 1, [1, 2, 4]),
        strategyVersionHash(code: 1, [2, 1, 3]), strategyVersionHash(code: 1, [1, 2]),
    ]
    #expect(!others.contains(base))
    #expect(Set(others).count == 4)
}
