import Core
import Model
import StrategyKit
import Units

/// What a puppet proposes when it is next asked.
final class Script {
    enum Line {
        case place(Side, TimeInForce, Price, Quantity)
        case cancel(ClientOrderID)
        case amend(ClientOrderID, Price, Quantity)
    }
    var lines: [Line] = []
    /// Proposed again at every fill.
    var onFill: [Line] = []
    var starts = 0
    var stops = 0
    /// What the strategy was shown last.
    var seenPosition = Quantity.zero
    var seenOrders: [OwnOrder] = []
}

/// A strategy that does what the test says, once, at the next tick or timer.
struct Puppet: Strategy {
    let instrument: InstrumentID
    let versionHash: UInt32 = 1
    let script: Script

    mutating func onStart(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) { script.starts += 1 }
    mutating func onTick(_ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        play(script.lines, context, &intents)
        script.lines = []
    }
    mutating func onFill(_ fill: Fill, _ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        play(script.onFill, context, &intents)
    }
    mutating func onStop(_ context: borrowing StrategyContext) { script.stops += 1 }

    private func play(_ lines: [Script.Line], _ context: borrowing StrategyContext, _ intents: inout IntentBuffer) {
        script.seenPosition = context.position
        script.seenOrders = (0..<context.orderCount).map { context.order($0) }
        for line in lines {
            switch line {
            case .place(let side, let timeInForce, let price, let quantity):
                intents.place(side, timeInForce, price: price, quantity: quantity)
            case .cancel(let client):
                for own in script.seenOrders where own.client == client { intents.cancel(own) }
            case .amend(let client, let price, let quantity):
                for own in script.seenOrders where own.client == client { intents.amend(own, price: price, quantity: quantity) }
            }
        }
    }
}

/// Any number of puppets.
struct PuppetSet: StrategySet {
    var puppets: [Puppet]
    var count: Int { puppets.count }
    func instrument(of index: Int) -> InstrumentID { puppets[index].instrument }
    func versionHash(of index: Int) -> UInt32 { puppets[index].versionHash }
    mutating func handle(
        _ event: StrategyEvent, strategy index: Int, _ context: borrowing StrategyContext, _ intents: inout IntentBuffer
    ) {
        switch event {
        case .start: puppets[index].onStart(context, &intents)
        case .tick: puppets[index].onTick(context, &intents)
        case .trade(let trade): puppets[index].onTrade(trade, context, &intents)
        case .fill(let fill): puppets[index].onFill(fill, context, &intents)
        case .timer: puppets[index].onTimer(context, &intents)
        case .stop: puppets[index].onStop(context)
        }
    }
}

/// A bench whose strategies are puppets: one for each instrument, or `perInstrument` of them.
final class Stage {
    let scripts: [Script]
    let bench: CoreBench<PuppetSet>

    init(_ configuration: CoreConfiguration = .bench(), perInstrument: Int = 1) {
        let scripts = (0..<configuration.instruments.count * perInstrument).map { _ in Script() }
        self.scripts = scripts
        bench = CoreBench(configuration) {
            PuppetSet(
                puppets: scripts.enumerated().map {
                    Puppet(instrument: InstrumentID(UInt16($0 / perInstrument)), script: $1)
                })
        }
    }

    /// Lets a puppet propose at a tick; answers the order that left, if one did.
    @discardableResult
    func place(
        _ side: Side = .buy, _ quantity: Quantity = "0.1", at price: Price? = nil,
        _ timeInForce: TimeInForce = .goodTillCancel, by script: Int = 0, in instrument: UInt16 = 0
    ) -> ClientOrderID? {
        scripts[script].lines.append(.place(side, timeInForce, price ?? (side == .buy ? "49990" : "50011"), quantity))
        return bench.placed(in: bench.tick(in: instrument)).last?.client
    }
    /// An order that rests: placed and accepted.
    func resting(
        _ side: Side = .buy, _ quantity: Quantity = "0.1", at price: Price? = nil, by script: Int = 0, in instrument: UInt16 = 0
    ) -> ClientOrderID {
        guard let client = place(side, quantity, at: price, by: script, in: instrument) else {
            preconditionFailure("the gate refused: \(bench.verdicts.last.map { "\($0)" } ?? "nothing was judged")")
        }
        bench.accept(client)
        return client
    }
    /// A position, by an order that is filled at once.
    func hold(_ quantity: Quantity, _ side: Side = .buy, at price: Price? = nil, fee: Int64 = 0, in asset: AssetID = usdt) {
        let at: Price = price ?? (side == .buy ? "50001" : "50000")
        let client = resting(side, quantity, at: at)
        bench.fill(client, quantity, at: at, side: side, fee: fee, in: asset)
    }
    func cancel(_ client: ClientOrderID, by script: Int = 0) {
        scripts[script].lines.append(.cancel(client))
        bench.tick()
    }
    /// Lets a puppet amend; answers what left, if something did.
    @discardableResult
    func amend(_ client: ClientOrderID, to price: Price, _ quantity: Quantity, by script: Int = 0) -> OrderAmendment? {
        scripts[script].lines.append(.amend(client, price, quantity))
        for case .amend(let amendment) in bench.tick() { return amendment }
        return nil
    }
    /// The verdict on the last proposal.
    var verdict: RiskVerdict? { bench.verdicts.last }
}
