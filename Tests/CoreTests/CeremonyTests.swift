import Model
import Testing
import Units

@Test func aConfirmationNeedsTheStagedHash() {
    let bench = Stage().bench
    bench.ready()
    #expect(!bench.command(.stage, hash: 0), "a mandate has a hash")
    #expect(!bench.command(.stage, lifetime: .zero), "and a lifetime")
    #expect(bench.command(.stage, hash: 9))
    #expect(!bench.command(.arm, hash: 8))
    #expect(bench.command(.arm, hash: 9))
    #expect(!bench.command(.confirm, hash: 8))
    #expect(bench.state == .armed)
    #expect(bench.command(.confirm, hash: 9))
    #expect(bench.status.mandateHash == 9)
}

@Test func anArmedEngineWaitsOnlySoLong() {
    let bench = Stage().bench
    bench.ready()
    bench.command(.stage)
    bench.command(.arm, lifetime: Nanoseconds(milliseconds: 500))
    bench.timer(after: 498)
    #expect(bench.state == .armed)
    bench.timer(after: 2)
    #expect(bench.state == .disarmed)
    #expect(!bench.command(.confirm))
}

@Test func aConfirmationAtTheLastMomentIsTooLate() {
    let bench = Stage().bench
    bench.ready()
    bench.command(.stage)
    bench.command(.arm, lifetime: Nanoseconds(milliseconds: 1))
    #expect(!bench.command(.confirm))
    #expect(bench.state == .disarmed)
}

@Test func aConfirmationNeedsLinksDataAndAReconciledAccount() {
    func confirm(_ spoil: (Stage) -> Void) -> Bool {
        let stage = Stage(.bench { $0.limit { $0.maxDataAge = Nanoseconds(seconds: 1) } })
        stage.bench.ready()
        spoil(stage)
        return stage.bench.command(.stage) && stage.bench.command(.arm) && stage.bench.command(.confirm)
    }
    #expect(confirm { _ in })
    #expect(!confirm { $0.bench.link(.marketData, .down) })
    #expect(!confirm { $0.bench.link(.orders, .connecting) })
    #expect(!confirm { $0.bench.timer(after: 1100) }, "stale data")
    #expect(!confirm { $0.bench.link(.orders, .up) }, "a new link has not been reconciled")
    #expect(
        !confirm {
            $0.bench.link(.orders, .up)
            $0.bench.snapshot(isComplete: false)
        }, "an incomplete snapshot proves nothing")
    #expect(
        !confirm {
            let asked = $0.bench.now
            $0.bench.link(.orders, .up)
            $0.bench.snapshot(requestedAt: asked)
        }, "nor one that was asked for before the link came up")
    #expect(
        !confirm { stage in stage.bench.update(.new, ClientOrderID(run: 3, sequence: 1)) }, "an order is unsettled")
    #expect(!confirm { $0.bench.snapshot(balance: "9.9") }, "a difference waits to be explained")
}

@Test func aMandateEndsByItselfAndNothingLeavesInThatStep() {
    let stage = Stage()
    stage.bench.live(for: Nanoseconds(seconds: 1))
    let client = stage.resting()
    stage.bench.timer(after: 990)
    #expect(stage.bench.state == .live)
    stage.bench.timer(after: 8)
    // The tick that lets the puppet propose is the first input past the end.
    #expect(stage.place() == nil)
    #expect(stage.bench.state == .disarmed)
    #expect(stage.bench.orderStates[client] == .pendingCancel)
    #expect(stage.bench.cancelAlls == 1)
    #expect(stage.bench.status.mandateHash == 0)
    #expect(stage.scripts[0].stops == 1)
}

@Test func anEndlessMandateDoesNotOverflow() {
    let stage = Stage()
    stage.bench.live(for: Nanoseconds(raw: .max))
    #expect(stage.bench.status.mandateExpires.raw == .max)
    #expect(stage.place() != nil)
}

@Test func everyStopCancelsEverythingInItsStep() {
    for (kind, end) in [(CommandKind.stop, SystemState.disarmed), (.disarm, .disarmed), (.kill, .halted)] {
        let stage = Stage(.bench(instruments: 2))
        stage.bench.live()
        let clients = [stage.resting(), stage.resting(.sell), stage.resting(by: 1, in: 1)]
        let pending = stage.place(by: 1, in: 1)
        #expect(stage.bench.command(kind))
        #expect(stage.bench.state == end)
        #expect(stage.bench.cancelAlls == 2, "one for each instrument")
        for client in clients { #expect(stage.bench.orderStates[client] == .pendingCancel) }
        // It was on its way when the stop came: it is cancelled as soon as it is known to rest.
        stage.bench.accept(pending!)
        stage.bench.wait(milliseconds: 3000)
        #expect(stage.bench.orderStates[pending!] == .pendingCancel || stage.bench.orderStates[pending!] == .unknown)
        #expect(stage.bench.cancelAlls > 2)
        #expect(stage.scripts.allSatisfy { $0.stops == 1 })
        #expect(stage.place() == nil)
    }
}

@Test func aKillWithTheLinkDownCancelsWhenItIsBack() {
    let stage = Stage()
    stage.bench.live()
    let client = stage.resting()
    stage.bench.link(.orders, .down)
    #expect(stage.bench.command(.kill))
    let before = stage.bench.cancelAlls
    stage.bench.wait(milliseconds: 5000)
    #expect(stage.bench.cancelAlls == before, "nothing can be sent")
    stage.bench.link(.orders, .up)
    stage.bench.timer()
    #expect(stage.bench.cancelAlls == before + 1)
    #expect(stage.bench.queries.last?.client == client)
    stage.bench.update(.new, client, .query)
    stage.bench.wait(milliseconds: 2500)
    #expect(stage.bench.orderStates[client] == .pendingCancel)
    #expect(stage.bench.state == .halted)
}

@Test func onlyUnlatchLeadsOutOfAKillAndOnlyToDisarmed() {
    let bench = Stage().bench
    bench.live()
    bench.command(.kill)
    for kind in CommandKind.allCases where kind != .unlatch && kind != .kill && kind.rawValue < 40 {
        #expect(!bench.command(kind), "\(kind)")
        #expect(bench.state == .halted)
    }
    #expect(bench.command(.unlatch))
    #expect(bench.state == .disarmed)
    #expect(!bench.command(.confirm))
}
