import Core
import Model
import Testing
import Units

/// An order that stayed unknown past its deadline, which is SAFE.
private func stuck(_ quantity: Quantity = "1") -> (Stage, ClientOrderID) {
    let stage = Stage()
    stage.bench.live()
    let client = stage.place(.buy, quantity)!
    stage.bench.wait(milliseconds: 33_000)
    #expect(stage.bench.state == .safe && stage.bench.orderStates[client] == .unknown)
    return (stage, client)
}

extension CoreBench {
    func resolve(_ client: ClientOrderID, _ resolution: Resolution, _ quantity: Quantity = .zero) -> Bool {
        step(
            .command(
                Command(
                    kind: .resolve, operatorID: 0, hash: resolution.rawValue, lifetime: .zero, subject: client.word,
                    value: quantity.raw)))
        for case .command(let result) in last { return result.accepted }
        return false
    }
}

@Test func lookUpsGrowFurtherApartAndOneStandsWhereAbsenceIsProof() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.place()!
    var times: [Int64] = []
    for _ in 0..<600 {
        let before = stage.bench.queries.count
        stage.bench.wait(milliseconds: 100)
        if stage.bench.queries.count > before { times.append(stage.bench.now.milliseconds) }
    }
    let first = stage.bench.inputs.first { if case .timer = $0.0 { true } else { false } }
    #expect(first != nil && times.count >= 7)
    let pauses = zip(times.dropFirst(), times).map(-)
    #expect(pauses.prefix(2).allSatisfy { $0 < 3000 } && pauses[0] < pauses[1])
    #expect(pauses.dropFirst(4).allSatisfy { $0 >= 7900 && $0 <= 10_400 }, "\(pauses)")
    // Absence was asked about as soon as it could be proof, eight seconds after the order left.
    let sent = stage.bench.order(client)!.sentAt.milliseconds
    #expect(times.contains { (8000...8300).contains($0 - sent) }, "\(times.map { $0 - sent })")
}

@Test func aPersonResolvesAnOrderOnlyPastItsDeadline() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.place()!
    #expect(!stage.bench.resolve(client, .absent), "it is not unknown")
    stage.bench.wait(milliseconds: 10_000)
    #expect(stage.bench.orderStates[client] == .unknown)
    #expect(!stage.bench.resolve(client, .absent), "look-ups may still tell")
    stage.bench.wait(milliseconds: 23_000)
    #expect(!stage.bench.resolve(client, .absent, "0.1"), "what was never there has no quantity")
    #expect(stage.bench.resolve(client, .absent))
    #expect(stage.bench.orderStates[client] == .failed && stage.bench.unsettled == 0)
    #expect(!stage.bench.resolve(client, .absent), "once")
    #expect(stage.bench.state == .safe && stage.bench.rearm())
}

@Test func aPersonsWordNeverContradictsTheVenue() {
    let (stage, client) = stuck()
    stage.bench.update(.partiallyFilled, client, .query, cumulative: "0.3", quantity: "1")
    stage.bench.link(.orders, .down)
    stage.bench.link(.orders, .up)
    stage.bench.wait(milliseconds: 33_000)
    #expect(stage.bench.orderStates[client] == .unknown)
    #expect(!stage.bench.resolve(client, .absent), "the venue had it")
    #expect(!stage.bench.resolve(client, .cancelled, "0.2"), "less than the venue claims")
    #expect(!stage.bench.resolve(client, .filled, "1.1"), "more than was ordered")
    #expect(!stage.bench.resolve(client, .cancelled, "1"), "that is filled")
    #expect(stage.bench.resolve(client, .cancelled, "0.3"))
    #expect(stage.bench.orderStates[client] == .cancelled)
}

@Test func whatAPersonCallsFilledStaysOwedUntilTheVenueTellsTheFills() {
    let (stage, client) = stuck()
    #expect(stage.bench.resolve(client, .filled, "1"))
    #expect(stage.bench.orderStates[client] == .filled)
    #expect(stage.bench.position().quantity == .zero && stage.bench.status.worstLong == "1" && stage.bench.unsettled == 1)
    #expect(!stage.bench.rearm(), "not while a fill is owed")
    stage.bench.fill(client, "1", source: .tradeHistory)
    #expect(stage.bench.position().quantity == "1" && stage.bench.unsettled == 0)
    stage.bench.fill(client, "1", trade: 1)
    #expect(stage.bench.position().quantity == "1", "counted once")
}

@Test func anOrderThatRestsAfterAPersonCalledItAbsentIsCancelledAndLeadsToSafe() {
    let (stage, client) = stuck()
    #expect(stage.bench.resolve(client, .absent) && stage.bench.rearm())
    stage.bench.update(.new, client)
    #expect(stage.bench.state == .safe && stage.bench.cancels.map(\.client) == [client])
}
