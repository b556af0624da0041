import Model
import Testing
import Units

private func stage(_ limit: Nanoseconds = Nanoseconds(seconds: 10)) -> Stage {
    let stage = Stage(.bench { $0.limit { $0.maxUnconfirmed = limit } })
    stage.bench.live()
    return stage
}

@Test func aFillBlocksNewOrdersUntilTheBalanceShowsIt() {
    let stage = stage()
    let resting = stage.resting()
    stage.bench.fill(stage.resting(), "0.1")
    #expect(stage.place() == nil)
    #expect(stage.verdict == .dirtyPosition)
    stage.cancel(resting)
    #expect(stage.bench.cancels.map(\.client) == [resting], "cancels are allowed")
    stage.bench.streamBalance("10.05")
    #expect(stage.place() == nil, "that is not what our fills say")
    stage.bench.streamBalance("10.1")
    #expect(stage.place() != nil)
}

@Test func aBalanceThatOvertakesItsFillConfirmsIt() {
    let stage = stage()
    let client = stage.resting()
    stage.bench.streamBalance("10.1")
    stage.bench.fill(client, "0.1")
    #expect(stage.place() != nil)
}

@Test func aFeeInBaseBelongsToTheBalanceThatConfirms() {
    let stage = stage()
    stage.bench.fill(stage.resting(), "0.1", fee: Quantity("0.0001").raw, in: btc)
    stage.bench.streamBalance("10.1")
    #expect(stage.place() == nil)
    stage.bench.streamBalance("10.0999")
    #expect(stage.place() != nil)
}

@Test func aSnapshotConfirmsAFillThatIsOlder() {
    let stage = stage()
    let asked = stage.bench.now
    stage.bench.fill(stage.resting(), "0.1")
    stage.bench.snapshot(balance: "10.1", requestedAt: asked)
    #expect(stage.place() == nil, "asked for before the fill")
    stage.bench.snapshot(balance: "10.1")
    #expect(stage.place() != nil)
}

@Test func anUnconfirmedFillLeadsToSafe() {
    let stage = stage()
    stage.bench.fill(stage.resting(), "0.1")
    stage.bench.wait(milliseconds: 9900)
    #expect(stage.bench.state == .live)
    stage.bench.wait(milliseconds: 200)
    #expect(stage.bench.state == .safe && stage.bench.status.stateReason == .positionMismatch)
}

@Test func otherInstrumentsGoOnWhileAFillWaits() {
    let stage = Stage(.bench(instruments: 2) { $0.limit { $0.maxUnconfirmed = Nanoseconds(seconds: 10) } })
    stage.bench.live()
    stage.bench.fill(stage.resting(), "0.1")
    #expect(stage.place() == nil)
    #expect(stage.place(by: 1, in: 1) != nil)
}

@Test func anUnlimitedWaitSwitchesTheControlOff() {
    let stage = stage(Nanoseconds(raw: .max))
    stage.bench.fill(stage.resting(), "0.1")
    #expect(stage.place() != nil)
}
