import Model
import Testing
import Units

@Test func aVenueThatBansIsNotAskedAgainAtTheNextTick() {
    for error in [ErrorCode.rateLimited, .authentication, .clockSkew] {
        let stage = Stage()
        stage.bench.live()
        let client = stage.resting()
        stage.cancel(client)
        stage.bench.reply(.cancel, .refused, client, error)
        #expect(stage.bench.state == .safe && stage.bench.status.stateReason == error)
        #expect(stage.place() == nil, "\(error)")
        let before = stage.bench.status.cancelsSent
        stage.bench.wait(milliseconds: 5000)
        #expect((1...3).contains(stage.bench.status.cancelsSent - before), "\(error): one sweep for each time-out")
    }
}

@Test func aRefusalOfOneOrderForItsOwnSakeStopsNothing() {
    let stage = Stage()
    stage.bench.live()
    for error in [ErrorCode.orderRejected, .insufficientBalance, .invalidOrder, .riskBlocked, .orderRateLimitBreach] {
        let client = stage.place()!
        stage.bench.reply(.place, .refused, client, error)
        #expect(stage.bench.orderStates[client] == .rejected && stage.bench.state == .live, "\(error)")
    }
}
